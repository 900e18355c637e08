import type { Refusal } from '../egress/egress-client.js';
import type { TargetRule } from '../errors/admin.errors.js';
import { WebhooksLogger } from './webhooks-logger.js';

/** Hosts come from tenants, so neither their number nor their rate may flood the operator's log. */
const MOST_HOSTS = 100;
const WARN_EVERY_MS = 1_000;
/** Longer than any valid name with a port. */
const MOST_CHARACTERS = 260;

/** The option with which the operator can lift a rule. Other rules cannot be lifted. */
const OPTIONS: Partial<Record<TargetRule, string>> = {
  HTTP_NOT_ALLOWED: 'egress.allowHttp: true',
  HOST_NAME: 'egress.allowHosts: [HOST]',
  RESERVED_NAME: 'egress.allowHosts: [HOST]',
  ADDRESS: "egress.allowCidrs: ['<its network>']",
  DENIED: 'egress.denyOrigins',
};

/**
 * Logs, for the operator only, the option that controls the rule by which a host was rejected. Tenants see only the rule.
 * Each host is logged at most once for each rule.
 */
export class RefusalLog {
  readonly #logger = new WebhooksLogger();
  readonly #warned = new Set<string>();
  #warnedAt = -Infinity;

  refused({ rule, host: name }: Refusal): void {
    const host =
      name !== undefined && name.length > MOST_CHARACTERS ? `${name.slice(0, MOST_CHARACTERS)}…` : name;
    const option = OPTIONS[rule];
    const now = performance.now();
    const key = `${rule} ${host}`;
    const isKnown = this.#warned.has(key) || this.#warned.size >= MOST_HOSTS;
    if (option === undefined || host === undefined || isKnown || now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warned.add(key);
    this.#warnedAt = now;
    this.#logger.warn(
      `A URL with the host ${host} was refused (${rule}). If requests to it are intended, see the option ${option.replace('HOST', `'${host}'`)}.`,
    );
  }
}
