import type { DeliveryStatus } from '../../api/types.ts';
import { isEndpointUid } from '../../parts/endpoint-field.tsx';

export const STATUSES: readonly DeliveryStatus[] = ['PENDING', 'DELIVERED', 'FAILED', 'MISSED', 'CANCELLED'];

/** The filters of the list of deliveries. They come from the URL, which a user may have edited. */
export interface DeliveryFilters {
  readonly status?: DeliveryStatus;
  readonly httpTransportUid?: string;
  readonly action?: string;
  readonly eventUid?: string;
  readonly createdFrom?: string;
  readonly createdTo?: string;
}

/** Names of the filters in the URL. */
export const FILTER_NAMES = ['status', 'endpoint', 'action', 'event', 'from', 'to'] as const;

/** The filters for the API. Values that it would refuse are left out. */
export function filtersOf(query: Readonly<Record<string, string>>): DeliveryFilters {
  const { status, endpoint, action, event, from, to } = query;
  return {
    ...(STATUSES.includes(status as DeliveryStatus) && { status: status as DeliveryStatus }),
    ...(endpoint && isEndpointUid(endpoint) && { httpTransportUid: endpoint }),
    ...(action && { action: action.toUpperCase() }),
    ...(event && { eventUid: event }),
    ...(instantOf(from) && { createdFrom: instantOf(from)! }),
    ...(instantOf(to) && { createdTo: instantOf(to)! }),
  };
}

/** A date and time as `<input type="datetime-local">` writes it, in the zone of the browser. */
export function instantOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
