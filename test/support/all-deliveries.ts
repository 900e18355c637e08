/** A table expression of all deliveries: those pending, from the queue, and those that have ended, from the log. */
export const ALL_DELIVERIES = `(
  SELECT delivery_id AS id, event_id, transport_id, tenant_id, webhook_id, 'PENDING' AS status, NULL AS reason, attempts,
         due_at, NULL AS finished_at FROM webhook_queue
  UNION ALL
  SELECT id, event_id, transport_id, tenant_id, webhook_id, status, reason, attempts, NULL, finished_at FROM webhook_delivery
) deliveries`;

/** A table expression of all attempts: those in rows of their own, and the last ones, which the log holds. */
export const ALL_ATTEMPTS = `(
  SELECT delivery_id, number, started_at, duration_ms, response_status_code, response_headers, response_body, error_code,
         error_message, trigger, orphaned FROM webhook_attempt
  UNION ALL
  SELECT id, attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body,
         error_code, error_message, coalesce(trigger, 'SCHEDULE'), false FROM webhook_delivery WHERE duration_ms IS NOT NULL
) attempts`;
