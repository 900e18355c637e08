import { ALL_DELIVERIES } from '../../support/all-deliveries.js';
import { createDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';
import { forEachOf } from './for-each-of.js';
import { Receivers } from './receivers.js';
import {
  encryptionOf,
  HostProcess,
  type HostKey,
  type HostOptions,
  type HostSettings,
} from './host-process.js';

export interface SceneOptions {
  /** Default: a PostgreSQL database of its own. */
  readonly database?: TestDatabase;
  /** How many receivers there are. Default 1. */
  readonly receivers?: number;
  /** Address of this machine on which they listen. Default: the loopback interface. */
  readonly address?: string;
  /** Options of the module in all processes. */
  readonly webhooks: HostOptions;
  /** Encryption keys of all processes; `startWorker` may set others. */
  readonly keys?: readonly HostKey[];
}

/** A webhook for all actions whose transport leads to a receiver, and the settings of that transport. */
export interface RouteSettings {
  readonly tenantUid: string;
  readonly receiver: number;
  readonly ordered?: boolean;
  /** Settings of the transport, in the form of the admin API. */
  readonly transport?: object;
}

const ACTION = 'ORDER_SETTLED' as const;
const DATA = { order: { Uid: '700' } };

/** Receivers are on the loopback interface. Each receiver has its own port, so each is an origin of its own. */
export const LOOPBACK = { allowCidrs: ['127.0.0.1/32'], allowHttp: true };

/** Requests to the admin API in flight at one time while a scene is set up. */
const REQUESTS_AT_ONCE = 8;

/**
 * A database, receivers, and processes that deliver: the test itself emits and administers, and does not deliver.
 * `close()` ends everything that was started.
 */
export class Scene {
  readonly workers: HostProcess[] = [];
  #names = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly host: TestHost,
    readonly receivers: Receivers,
    private readonly webhooks: HostOptions,
    private readonly keys: readonly HostKey[] | undefined,
  ) {}

  static async open({ database, receivers = 1, address, webhooks, keys }: SceneOptions): Promise<Scene> {
    const used = database ?? (await createDatabase('postgres'));
    const options = { egress: LOOPBACK, ...webhooks };
    const host = await TestHost.start({
      database: used,
      webhooks: { ...options, ...(keys && encryptionOf(keys)), worker: false },
    });
    return new Scene(used, host, await Receivers.start(receivers, undefined, address), options, keys);
  }

  /** Starts a process that delivers. */
  async startWorker({ webhooks, ...settings }: Partial<HostSettings> = {}): Promise<HostProcess> {
    const worker = await HostProcess.start({
      name: `worker-${(this.#names += 1)}`,
      database: this.database.options,
      ...(this.keys && { keys: this.keys }),
      ...settings,
      webhooks: { ...this.webhooks, ...webhooks },
    });
    this.workers.push(worker);
    return worker;
  }

  startWorkers(count: number): Promise<HostProcess[]> {
    return Promise.all(Array.from({ length: count }, () => this.startWorker()));
  }

  get running(): HostProcess[] {
    return this.workers.filter((worker) => worker.isRunning);
  }

  /**
   * Creates a transport to a receiver, with a webhook for all actions of the tenant.
   *
   * @returns the signing secret of the transport, whose uid is the number of the receiver
   */
  async route({ tenantUid, receiver, ordered = false, transport }: RouteSettings): Promise<string> {
    const api = this.host.api(tenantUid);
    const path = '/httptransports';
    const url = this.receivers.urlOf(receiver);
    const httpTransportUid = String(receiver);
    const created = await api.post<{ signingSecret: string }>(path, {
      httpTransportUid,
      name: httpTransportUid,
      url,
      ...transport,
    });
    const subscribed = await api.post(`${path}/${httpTransportUid}/webhooks`, { action: '*', ordered });
    if (created.status !== 200 || subscribed.status !== 200) {
      throw new Error(`No route: ${JSON.stringify([created.body, subscribed.body])}`);
    }
    return created.body.signingSecret;
  }

  /** Does what `route` does, for many routes. */
  routeAll(routes: readonly RouteSettings[]): Promise<void> {
    return forEachOf(routes, REQUESTS_AT_ONCE, (route) => this.route(route));
  }

  /** Sends a command such as `pause` to the transports of these routes. */
  command(command: string, routes: readonly Pick<RouteSettings, 'tenantUid' | 'receiver'>[]): Promise<void> {
    return forEachOf(routes, REQUESTS_AT_ONCE, async ({ tenantUid, receiver }) => {
      const path = `/httptransports/${receiver}/${command}`;
      const { status, body } = await this.host.api(tenantUid).request('POST', path);
      if (status !== 200) throw new Error(`${command} failed: ${JSON.stringify(body)}`);
    });
  }

  /** Emits an event and commits it. @returns its uid, which is the `webhook-id` */
  async emit(tenantUid: string, orderingKey?: string, more: object = {}): Promise<string> {
    const { eventUid } = await this.host.emitter.emit(
      ACTION,
      { ...DATA, ...more },
      { tenantUid, orderingKey },
    );
    return eventUid;
  }

  /** Emits many at once. @returns their uids */
  async emitMany(tenantUid: string, count: number): Promise<string[]> {
    const events = Array.from({ length: count }, () => ({ action: ACTION, data: DATA }));
    return (await this.host.emitter.emitMany(events, { tenantUid })).map(({ eventUid }) => eventUid);
  }

  /** How many deliveries there are of each status, with the reason of those that failed: `FAILED GONE`. */
  async log(): Promise<Record<string, number>> {
    const rows = await this.host.dataSource.query<{ status: string; reason: string | null; count: string }[]>(
      `SELECT status, reason, count(*) AS count FROM ${ALL_DELIVERIES} GROUP BY status, reason`,
    );
    return Object.fromEntries(
      rows.map(({ status, reason, count }) => [[status, reason].filter(Boolean).join(' '), Number(count)]),
    );
  }

  /** Waits until the counts of `log()` are the expected ones. */
  async untilLog(expected: Record<string, number>, withinMs: number): Promise<void> {
    let seen: Record<string, number> = {};
    const wanted = textOf(expected);
    await eventually(
      async () => {
        seen = await this.log();
        return textOf(seen) === wanted;
      },
      { what: `the log to be ${wanted}`, withinMs },
    ).catch((error: Error) => {
      error.message += `, it is ${JSON.stringify(seen)}`;
      throw error;
    });
  }

  /** Runs `emit`, and waits until a process that sends nothing has fanned out `deliveries`. That process has ended then. */
  async fanOutOnly(deliveries: number, emit: () => Promise<unknown>): Promise<void> {
    const worker = await this.startWorker({ webhooks: { deliveryEnabled: false } });
    const before = await this.queued();
    await emit();
    const what = `${deliveries} deliveries in the queue`;
    await eventually(async () => (await this.queued()) >= before + deliveries, { what, withinMs: 60_000 });
    await worker.terminate();
  }

  /** How many deliveries are in the queue. */
  async queued(): Promise<number> {
    const [row] = await this.host.dataSource.query<{ rows: number | string }[]>(
      'SELECT count(*) AS rows FROM webhook_queue',
    );
    return Number(row!.rows);
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((worker) => worker.kill()));
    await this.receivers.close();
    await this.host.close();
    await this.database.drop();
  }
}

/** The same text for the same counts, in whatever order they come. */
const textOf = (counts: Record<string, number>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))));
