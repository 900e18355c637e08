import { expect } from '@jest/globals';
import type { ApiClient } from './api-client.js';
import { eventually } from './eventually.js';

/** A recovery as the API returns it. */
export interface ApiRecovery {
  readonly recoveryUid: string;
  readonly httpTransportUid: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string | null;
  readonly since: string;
  readonly until: string;
  readonly found: number;
  readonly requeued: number;
  readonly created: number;
  readonly skipped: number;
  readonly payloadGone: number;
  readonly finishedAt: string | null;
}

/** Result of a dry run. */
export interface ApiDryRun {
  readonly count: number;
  readonly isAtLeast?: true;
  readonly sample: readonly {
    eventUid: string;
    action: string;
    deliveryUid: string | null;
    status: string | null;
  }[];
  readonly completeFrom: string;
  readonly payloadGone: number;
}

/** Recoveries and replays of one transport, through the API. */
export class RecoveryClient {
  constructor(
    private readonly api: ApiClient,
    private readonly httpTransportUid: string,
  ) {}

  /** Starts a job. Fails unless the API accepts it. */
  async start(kind: 'recover' | 'replay', body: object): Promise<ApiRecovery> {
    const { status, body: job } = await this.post<ApiRecovery>(kind, body);
    expect([status, job]).toEqual([202, expect.any(Object)]);
    return job;
  }

  async dryRun(kind: 'recover' | 'replay', body: object): Promise<ApiDryRun> {
    const { status, body: result } = await this.post<ApiDryRun>(kind, { ...body, dryRun: true });
    expect([status, result]).toEqual([200, expect.any(Object)]);
    return result;
  }

  post<Body>(kind: 'recover' | 'replay', body: object) {
    return this.api.post<Body>(`/httptransports/${this.httpTransportUid}/${kind}`, body);
  }

  async get({ recoveryUid }: { recoveryUid: string }): Promise<ApiRecovery> {
    return (await this.api.get<ApiRecovery>(`/webhookrecoveries/${recoveryUid}`)).body;
  }

  async list(query = ''): Promise<{ items: ApiRecovery[]; paging: { nextCursor: string | null } }> {
    return (
      await this.api.get<{ items: ApiRecovery[]; paging: { nextCursor: string | null } }>(
        `/webhookrecoveries${query}`,
      )
    ).body;
  }

  async cancel({ recoveryUid }: { recoveryUid: string }): Promise<ApiRecovery> {
    const path = `/webhookrecoveries/${recoveryUid}/cancel`;
    const { status, body } = await this.api.request<ApiRecovery>('POST', path);
    expect([status, body]).toEqual([200, expect.any(Object)]);
    return body;
  }

  /** Waits until the job is as expected. */
  until(
    job: { recoveryUid: string },
    expected: Partial<ApiRecovery>,
    withinMs = 15_000,
  ): Promise<ApiRecovery> {
    return eventually(
      async () => {
        const present = await this.get(job);
        expect(present).toMatchObject(expected);
        return present;
      },
      { what: 'the recovery to be as expected', withinMs },
    );
  }
}
