import { DELIVERY_STATUSES } from '../../domain/delivery-status.js';
import type { DeliveryPageRequest } from '../ports/delivery-store.js';

/** Kinds of deleted rows in `webhook_tombstone`. */
export const TRANSPORT_TOMBSTONE = 'HTTP_TRANSPORT';
export const WEBHOOK_TOMBSTONE = 'WEBHOOK';

/** Rows that a search with a filter reads at most, which takes about 20 ms. */
const SEARCHED_ROWS = 5_000;
/**
 * With this many transports or more, a search first counts the transports with pending deliveries, and only these share the rows
 * that a search may read. If all transports shared them, a single row might be read of each, and a page might have one delivery.
 */
const MANY_TRANSPORTS = 50;
/** Greater than the id of any delivery. */
export const NO_ID = Number.MAX_SAFE_INTEGER;

export const ENDED_STATUSES = DELIVERY_STATUSES.filter((status) => status !== 'PENDING');

/** Decides which text of the page statement a search needs. */
export interface PageKind {
  /** The search is for the deliveries of one event. */
  readonly byEvent: boolean;
  /** The log is searched by transport, otherwise by tenant and status. */
  readonly byTransport: boolean;
  /** Some of the rows that are read may not match. */
  readonly hasFilter: boolean;
}

/** How a page is searched, apart from the dialect. */
export interface DeliverySearch {
  readonly kind: PageKind;
  /** Transports whose pending deliveries are searched. */
  readonly pendingTransports: readonly number[];
  /** Statuses that are searched in the log. */
  readonly statuses: readonly string[];
  /** Number of parts of the log that are sorted by themselves: one for each transport or status. */
  readonly logParts: number;
  /** Whether the transports with pending deliveries have to be counted for `rowsOfPart`. */
  readonly countsWaiting: boolean;
}

/**
 * The log has two orders: by transport, and by tenant and status. Few deliveries end with another status than DELIVERED, so
 * those are searched by status even if only some transports are wanted.
 */
export function searchOf(request: DeliveryPageRequest): DeliverySearch {
  const { status, transportIds, endedTransportIds, eventId } = request;
  const byTransport = endedTransportIds !== undefined && (status === undefined || status === 'DELIVERED');
  const hasFilter =
    [request.webhookIds, request.action, request.createdFrom, request.createdTo].some(
      (value) => value !== undefined,
    ) || (byTransport ? status !== undefined : endedTransportIds !== undefined);
  const pendingTransports = status === undefined || status === 'PENDING' ? transportIds : [];
  const statuses = status === undefined ? ENDED_STATUSES : ENDED_STATUSES.filter((one) => one === status);
  const byEvent = eventId !== undefined;
  return {
    kind: { byEvent, byTransport, hasFilter },
    pendingTransports,
    statuses,
    logParts: byTransport ? endedTransportIds.length : statuses.length,
    countsWaiting: hasFilter && !byEvent && pendingTransports.length >= MANY_TRANSPORTS,
  };
}

/**
 * Rows read in each part that is sorted by itself: the queue of one transport, or the log of one transport or status.
 *
 * @param limit length of the page
 * @param waiting number of transports with pending deliveries. It may be a little old: it decides how many rows are read, not
 *   which
 */
export function rowsOfPart(
  { kind, pendingTransports, logParts }: DeliverySearch,
  limit: number,
  waiting = pendingTransports.length,
): number {
  if (!kind.hasFilter) return limit;
  return Math.ceil(Math.max(SEARCHED_ROWS, limit) / Math.max(1, waiting + logParts));
}

/**
 * Expression for the uid of a transport or webhook, also of a deleted one. The fallback is for rows that somebody deleted by
 * hand, without a tombstone.
 */
export const uidOf = (
  table: (name: string) => string,
  kind: typeof TRANSPORT_TOMBSTONE | typeof WEBHOOK_TOMBSTONE,
  id: string,
): string => {
  const [live, uid] =
    kind === TRANSPORT_TOMBSTONE
      ? ['webhook_http_transport', 'http_transport_uid']
      : ['webhook_webhook', 'webhook_uid'];
  return `coalesce((SELECT n.${uid} FROM ${table(live)} n WHERE n.id = ${id}),
      (SELECT n.uid FROM ${table('webhook_tombstone')} n WHERE n.kind = '${kind}' AND n.id = ${id}), 'deleted-' || ${id})`;
};
