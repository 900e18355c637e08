import { expect } from '@jest/globals';
import type { ApiClient } from './api-client.js';
import { newTenant } from './each-host.js';
import { eventually } from './eventually.js';
import type { Receiver } from './receiver.js';
import type { TestHost } from './test-host.js';

/** A delivery as the log lists it. */
export interface LoggedDelivery {
  readonly deliveryUid: string;
  readonly eventUid: string;
  readonly httpTransportUid: string;
  readonly webhookUid: string;
  readonly status: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/** An attempt as the log shows it with its delivery. */
export interface LoggedAttempt {
  readonly number: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly responseStatusCode: number | null;
  readonly responseHeaders: Record<string, string> | null;
  readonly responseBody: string | null;
  readonly errorCode: string | null;
}

/** A transport as the API returns it. */
export interface ApiTransport {
  readonly httpTransportUid: string;
  readonly state: string;
  readonly disabledReason: string | null;
  readonly failingSince: string | null;
  readonly signingSecret?: string;
}

/** A tenant of its own, on any host: sets transports up, emits, and reads the log, all as a host and its admin would. */
export class TenantClient {
  readonly tenantUid = newTenant();
  readonly api: ApiClient;

  constructor(private readonly host: TestHost) {
    this.api = host.api(this.tenantUid);
  }

  /** A transport to the receiver, with a webhook for every action. Settings are those of the API. */
  async transport(
    receiver: Pick<Receiver, 'url'>,
    settings: object = {},
    webhook: object = {},
  ): Promise<ApiTransport> {
    const created = await this.api.post<ApiTransport>('/httptransports', {
      name: 'ERP',
      url: receiver.url,
      ...settings,
    });
    expect([created.status, created.body]).toEqual([200, expect.any(Object)]);
    await this.webhook(created.body, webhook);
    return created.body;
  }

  async webhook({ httpTransportUid }: { httpTransportUid: string }, settings: object = {}): Promise<void> {
    const path = `/httptransports/${httpTransportUid}/webhooks`;
    const { status, body } = await this.api.post(path, { action: '*', ...settings });
    expect([status, body]).toEqual([200, expect.any(Object)]);
  }

  async patch({ httpTransportUid }: { httpTransportUid: string }, settings: object): Promise<void> {
    const { status, body } = await this.api.patch(`/httptransports/${httpTransportUid}`, settings);
    expect([status, body]).toEqual([200, expect.any(Object)]);
  }

  async get({ httpTransportUid }: { httpTransportUid: string }): Promise<ApiTransport> {
    return (await this.api.get<ApiTransport>(`/httptransports/${httpTransportUid}`)).body;
  }

  /** Emits one settled order and commits it. @returns its uid, which is the `webhook-id` */
  async emit(orderUid = '700', options: { orderingKey?: string; eventUid?: string } = {}): Promise<string> {
    const data = { order: { Uid: orderUid } };
    const { eventUid } = await this.host.emitter.emit('ORDER_SETTLED', data, {
      tenantUid: this.tenantUid,
      ...options,
    });
    return eventUid;
  }

  /** Emits orders with the uids `0`, `1`, … in one transaction. */
  async emitMany(count: number, options: { orderingKey?: string } = {}): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => ({
      action: 'ORDER_SETTLED' as const,
      data: { order: { Uid: String(index) } },
      ...options,
    }));
    await this.host.emitter.emitMany(events, { tenantUid: this.tenantUid });
  }

  /** The log, newest first. */
  async log(query = ''): Promise<LoggedDelivery[]> {
    return (await this.api.get<{ items: LoggedDelivery[] }>(`/deliveries?pageSize=100${query}`)).body.items;
  }

  /** Waits until the log, newest first, is as `check` expects, and returns it. */
  untilLog(check: (log: LoggedDelivery[]) => void, withinMs = 10_000): Promise<LoggedDelivery[]> {
    const probe = async (): Promise<LoggedDelivery[]> => {
      const log = await this.log();
      check(log);
      return log;
    };
    return eventually(probe, { what: 'the log to be as expected', withinMs });
  }

  /** Waits until the log contains exactly `count` deliveries and each is as `expected`. */
  async untilLogged(
    expected: Partial<LoggedDelivery>,
    count = 1,
    withinMs = 10_000,
  ): Promise<LoggedDelivery[]> {
    let log: LoggedDelivery[] = [];
    const isReached = async (): Promise<boolean> => {
      log = await this.log();
      return log.length === count && log.every((delivery) => has(delivery, expected));
    };
    // `expect` runs only once, at the end, for its message: it takes longer than the request.
    await eventually(isReached, { withinMs }).catch(() => undefined);
    expect(log).toEqual(Array.from({ length: count }, () => expect.objectContaining(expected)));
    return log;
  }

  async attempts({ deliveryUid }: { deliveryUid: string }): Promise<LoggedAttempt[]> {
    const { body } = await this.api.get<{ attempts: LoggedAttempt[] }>(`/deliveries/${deliveryUid}`);
    return body.attempts;
  }
}

const has = (delivery: LoggedDelivery, expected: Partial<LoggedDelivery>): boolean =>
  Object.entries(expected).every(([field, value]) => delivery[field as keyof LoggedDelivery] === value);
