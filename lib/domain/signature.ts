import { createHmac } from 'node:crypto';

/**
 * The `webhook-signature` header of Standard Webhooks 1.0: for each secret `v1,` and the base64 of the HMAC-SHA256 over
 * `id.timestamp.body`, separated by spaces. During a rotation there are several secrets, the newest first.
 *
 * @param secrets key bytes, at least one
 * @param id the `webhook-id` header
 * @param timestampSeconds the `webhook-timestamp` header, whole seconds since the epoch
 * @param body exactly what is sent; a string counts as UTF-8
 */
export function sign(
  secrets: readonly Buffer[],
  id: string,
  timestampSeconds: number,
  body: string | Buffer,
): string {
  const head = `${id}.${timestampSeconds}.`;
  return secrets
    .map((secret) => `v1,${createHmac('sha256', secret).update(head).update(body).digest('base64')}`)
    .join(' ');
}
