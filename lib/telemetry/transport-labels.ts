import type { AttemptFacts } from './facts.js';
import type { Attributes } from './otel-attributes.js';

/** Attributes of all transports beyond the maximum. */
const OTHERS: Attributes = { 'tillhook.http_transport.uid': '_OTHER' };
const NONE: Attributes = {};

/**
 * Attributes that tell transports apart in metrics. Tenants create transports, so their number is unknown: the first
 * transports to which this process sends get a value of their own, and all further ones share `_OTHER`.
 */
export class TransportLabels {
  readonly #known = new Map<number, Attributes>();

  /** @param most maximum number of transports with a value of their own; 0: transports are not told apart */
  constructor(private readonly most: number) {}

  of({
    transportId,
    tenantUid,
    httpTransportUid,
  }: Pick<AttemptFacts, 'transportId' | 'tenantUid' | 'httpTransportUid'>): Attributes {
    if (this.most === 0) return NONE;
    const known = this.#known.get(transportId);
    if (known) return known;
    if (this.#known.size >= this.most) return OTHERS;
    const own = { 'tillhook.tenant.uid': tenantUid, 'tillhook.http_transport.uid': httpTransportUid };
    this.#known.set(transportId, own);
    return own;
  }
}
