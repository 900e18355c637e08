import { WebhooksHealth } from 'nestjs-tillhook';
import { newTenant } from './each-host.js';
import { LogCapture } from './log-capture.js';
import { Receiver } from './receiver.js';
import type { TestDatabase } from './test-database.js';
import { TestHost } from './test-host.js';

/** Number of transports that `route` creates. Each event goes to all of them. */
export const TRANSPORTS = 10;
/** With 64 requests at a time, this number of events takes six rounds of requests to all transports. */
export const EVENTS = 40;

interface ListedDelivery {
  readonly status: string;
  readonly attempts: number;
}

/** Hosts on one database with one receiver and a tenant of their own, for tests that stop deliveries and resume them. */
export class StopScene {
  readonly tenantUid = newTenant();
  /** The hosts that run, in the order in which they were started. */
  readonly hosts: TestHost[] = [];
  /** Log of all hosts. */
  readonly logger = new LogCapture();

  private constructor(
    private readonly database: TestDatabase,
    readonly receiver: Receiver,
  ) {}

  static async open(database: TestDatabase): Promise<StopScene> {
    return new StopScene(database, await Receiver.start());
  }

  /** Starts a host, with a worker unless `webhooks` switches it off. */
  async start(webhooks: object = {}): Promise<TestHost> {
    const host = await TestHost.start({ database: this.database, webhooks, logger: this.logger });
    this.hosts.push(host);
    return host;
  }

  /** Closes a host before the end of the test. */
  async stop(host: TestHost): Promise<void> {
    this.hosts.splice(this.hosts.indexOf(host), 1);
    await host.close();
  }

  /** Creates the transports, `t0` and so on, each with a webhook for all actions. */
  async route(host: TestHost): Promise<void> {
    const api = host.api(this.tenantUid);
    for (let index = 0; index < TRANSPORTS; index++) {
      const httpTransportUid = `t${index}`;
      await api.post('/httptransports', { httpTransportUid, name: 'ERP', url: this.receiver.url });
      await api.post(`/httptransports/${httpTransportUid}/webhooks`, { action: '*' });
    }
  }

  async emit(host: TestHost, count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => ({
      action: 'ORDER_SETTLED' as const,
      data: { order: { Uid: String(index) } },
    }));
    await host.emitter.emitMany(events, { tenantUid: this.tenantUid });
  }

  health(host: TestHost): ReturnType<WebhooksHealth['check']> {
    return host.app.get(WebhooksHealth, { strict: false }).check();
  }

  /** The uids of the deliveries of which a request has arrived. */
  arrived(): Set<string> {
    return new Set(this.receiver.requests.map(({ headers }) => headers['x-webhook-delivery']!));
  }

  /** The deliveries of the tenant, at most 100. */
  async deliveries(host: TestHost): Promise<ListedDelivery[]> {
    const { body } = await host
      .api(this.tenantUid)
      .get<{ items: ListedDelivery[] }>('/deliveries?pageSize=100');
    return body.items;
  }

  async close(): Promise<void> {
    for (const host of this.hosts.splice(0)) await host.close();
    await this.receiver.close();
  }
}
