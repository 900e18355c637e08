/** The status of a delivery. Only `PENDING` deliveries are in the queue. */
export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED', 'MISSED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a delivery was never queued: its transport was disabled, or its tenant had too many pending ones. */
export type MissedReason = 'TRANSPORT_DISABLED' | 'QUOTA_EXCEEDED';

/**
 * Causes of an attempt. `SCHEDULE`: the event and its retry schedule. `MANUAL`: a redelivery that somebody requested.
 * `RECOVERY`: a job that recovers or replays many deliveries.
 */
export const ATTEMPT_TRIGGERS = ['SCHEDULE', 'MANUAL', 'RECOVERY'] as const;
export type AttemptTrigger = (typeof ATTEMPT_TRIGGERS)[number];

/** Causes of an attempt that somebody requested. Column `requested` of a queue row holds one until its attempt is recorded. */
export type RequestedTrigger = Exclude<AttemptTrigger, 'SCHEDULE'>;
