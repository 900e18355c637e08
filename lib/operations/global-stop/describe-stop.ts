import type { DeliveryStop } from '../../domain/delivery-stop.js';

/**
 * Explains a stop and how to end it, for logs and health. It does not contain the actor, because a health route may be
 * public.
 */
export function describeStop(stop: DeliveryStop | undefined): string {
  const since = stop?.at === undefined || stop.at === null ? '' : ` at ${new Date(stop.at).toISOString()}`;
  // Quoted, because the row may have been edited by hand.
  const reason = stop?.reason === undefined || stop.reason === null ? '' : `: ${JSON.stringify(stop.reason)}`;
  return (
    `An operator stopped the deliveries of all processes${since}${reason}. Pending deliveries are kept. ` +
    'Resume them with POST …/webhookoperations/resume or "tillhook resume-all".'
  );
}
