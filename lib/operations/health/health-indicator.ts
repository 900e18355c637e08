import { Injectable } from '@nestjs/common';
import type { HealthReason, HealthReasonCode, HealthStatus } from './health-report.js';
import { WebhooksHealth } from './health.js';

/** Reasons why events cannot be stored. A process with one of them cannot do the work of the application. */
const CANNOT_EMIT: readonly HealthReasonCode[] = ['DATABASE_UNREACHABLE', 'TABLES_MISSING'];

/** Options of a check by `WebhooksHealthIndicator`. */
export interface WebhooksHealthCheck {
  /**
   * `emit`: down if events cannot be stored; for readiness. `deliver`: also down if the module's status is `down`, which
   * includes a worker that fails; for monitoring. Default `emit`.
   */
  readonly of?: 'emit' | 'deliver';
}

/** Result of a check in the form of `@nestjs/terminus`, by the key of the indicator. */
export type WebhooksHealthResult<Key extends string = string> = Record<
  Key,
  {
    readonly status: 'up' | 'down';
    /** Status of the module's own report. */
    readonly report: HealthStatus;
    readonly reasons: readonly HealthReason[];
  }
>;

/**
 * Health indicator for `@nestjs/terminus` 11 or later, which the module itself does not need.
 *
 * ```ts
 * this.health.check([() => this.webhooks.check('webhooks')]);
 * ```
 */
@Injectable()
export class WebhooksHealthIndicator {
  constructor(private readonly health: WebhooksHealth) {}

  /**
   * Checks the module in this process, as `WebhooksHealth.check()` does: two small queries, and it never throws.
   *
   * @param key name of the indicator in the result. Default `webhooks`
   */
  async check<const Key extends string = 'webhooks'>(
    key: Key = 'webhooks' as Key,
    { of = 'emit' }: WebhooksHealthCheck = {},
  ): Promise<WebhooksHealthResult<Key>> {
    const { status: report, reasons } = await this.health.check();
    const isDown =
      of === 'deliver' ? report === 'down' : reasons.some(({ code }) => CANNOT_EMIT.includes(code));
    const result = { status: isDown ? ('down' as const) : ('up' as const), report, reasons };
    return { [key]: result } as WebhooksHealthResult<Key>;
  }
}
