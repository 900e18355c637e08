import { DELIVERY_STATUSES } from '../../domain/delivery-status.js';
import type { DeliveryPageRequest } from '../ports/delivery-store.js';

/** Values of the column `kind` of `webhook_tombstone`: what was deleted. */
export const TRANSPORT_TOMBSTONE = 'HTTP_TRANSPORT';
export const WEBHOOK_TOMBSTONE = 'WEBHOOK';

/** Maximum number of rows that a search with a filter reads, which takes about 20 ms. */
const SEARCHED_ROWS = 5_000;
/**
 * With this many transports or more, a search with a filter first counts the transports with pending deliveries. Then
 * `SEARCHED_ROWS` is divided by the number of these transports only. If it were divided by the number of all transports, the search
 * might read a single row of each, and a page might contain a single delivery although many match.
 */
const MANY_TRANSPORTS = 50;
/** Greater than the id of any delivery. */
export const NO_ID = Number.MAX_SAFE_INTEGER;

export const ENDED_STATUSES = DELIVERY_STATUSES.filter((status) => status !== 'PENDING');

/** The properties of a search that decide the text of its statement. */
export interface PageKind {
  /** The search is for the deliveries of one event. */
  readonly byEvent: boolean;
  /** True: the log is searched by transport. False: by tenant and status. */
  readonly byTransport: boolean;
  /** Some of the rows that are read may not match. */
  readonly hasFilter: boolean;
}

/** How a search finds the deliveries of a page, on every database. */
export interface DeliverySearch {
  readonly kind: PageKind;
  /** Transports whose pending deliveries are searched. */
  readonly pendingTransports: readonly number[];
  /** Statuses that are searched in the log. */
  readonly statuses: readonly string[];
  /**
   * Number of parts of the log that are searched: one for each transport, or one for each status. Each part is sorted by id.
   */
  readonly logParts: number;
  /** Whether the transports with pending deliveries have to be counted for `rowsOfPart`. */
  readonly countsWaiting: boolean;
}

/**
 * Plans a search. The log has indexes in two orders: by transport, and by tenant and status. Few deliveries end with another
 * status than DELIVERED, so a search for another status uses the second order even if only some transports are wanted.
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
 * Number of rows to read of each part: the pending deliveries of one transport, or the log of one transport or status. Each part
 * is sorted by id.
 *
 * @param limit length of the page
 * @param waiting number of transports with pending deliveries. It may be slightly out of date, because it decides how many rows
 *   are read, and not which rows. Default: the number of all transports that are searched
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
