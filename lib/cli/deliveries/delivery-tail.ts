import type { WebhookDelivery, WebhookDeliveryList } from '../../index.js';
import { PAGE_SIZE } from './delivery-filter.js';

/** Maximum number of pages that one round reads. Nobody can read more deliveries than that on a screen. */
const MOST_PAGES = 10;

/** Reads one page of the log, newest first. */
type ReadPage = (page: { pageSize: number; cursor?: string }) => Promise<WebhookDeliveryList>;

/** The result of a round: of one look at the newest deliveries. */
export interface TailRound {
  /** Deliveries that are new or have changed, oldest first. */
  readonly changed: readonly WebhookDelivery[];
  /** False: there were more new deliveries than a round reads. */
  readonly isComplete: boolean;
}

/**
 * Finds deliveries that are new, or have another status or number of attempts than before.
 *
 * Each round reads the newest page, and further pages until it meets deliveries that it knew. A delivery that commits late
 * may have a lower uid than one that was shown before it, so a page is always read as a whole.
 */
export class DeliveryTail {
  #states: ReadonlyMap<string, string>;
  #newest: string;

  /** @param shown deliveries that need not be shown again, newest first; at least the newest page */
  constructor(shown: readonly WebhookDelivery[]) {
    this.#states = statesOf(shown);
    this.#newest = shown[0]?.deliveryUid ?? '';
  }

  async next(read: ReadPage): Promise<TailRound> {
    const found: WebhookDelivery[] = [];
    let cursor: string | null = null;
    let isComplete = false;
    for (let pages = 0; pages < MOST_PAGES && !isComplete; pages += 1) {
      const page: WebhookDeliveryList = await read({ pageSize: PAGE_SIZE, ...(cursor && { cursor }) });
      found.push(...page.items);
      cursor = page.paging.nextCursor;
      // With a filter, a page may be short although the log continues: a request reads a bounded number of rows. The rows after
      // them are older, so hardly any of them is new.
      const isShort = page.items.length < PAGE_SIZE || cursor === null;
      isComplete = isShort || page.items.at(-1)!.deliveryUid <= this.#newest;
    }
    const changed = found.filter((delivery) => this.#states.get(delivery.deliveryUid) !== stateOf(delivery));
    this.#states = statesOf(found);
    const newest = found[0]?.deliveryUid ?? '';
    if (newest > this.#newest) this.#newest = newest;
    return { changed: changed.reverse(), isComplete };
  }
}

const statesOf = (deliveries: readonly WebhookDelivery[]): Map<string, string> =>
  new Map(deliveries.map((delivery) => [delivery.deliveryUid, stateOf(delivery)]));

const stateOf = ({ status, attempts }: WebhookDelivery): string => `${status} ${attempts}`;
