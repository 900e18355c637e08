import type { DeliveryDetails } from '../../api/types.ts';

/** Stands for the receiver's address, which the list of deliveries does not contain. */
const URL_PLACEHOLDER = 'https://YOUR-ENDPOINT';

/** A command that sends the same body to a receiver, without a valid signature: only the module has the secret. */
export function curlOf(
  { event, deliveryUid }: Pick<DeliveryDetails, 'event' | 'deliveryUid'>,
  body: string,
): string {
  return [
    `curl -X POST ${URL_PLACEHOLDER}`,
    `-H 'content-type: application/json'`,
    `-H ${quoted(`webhook-id: ${event.eventUid}`)}`,
    `-H ${quoted(`x-webhook-delivery: ${deliveryUid}`)}`,
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}

/** Quotes a text for a POSIX shell, so that nothing in it is run. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
