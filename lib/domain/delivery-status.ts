/** The status of a delivery. Only `PENDING` deliveries are in the queue. */
export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED', 'MISSED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a delivery was never queued: its transport was disabled, or its tenant had too many pending ones. */
export type MissedReason = 'TRANSPORT_DISABLED' | 'QUOTA_EXCEEDED';

/** Causes of an attempt. `SCHEDULE`: the event and its retry schedule. */
export const ATTEMPT_TRIGGERS = ['SCHEDULE'] as const;
export type AttemptTrigger = (typeof ATTEMPT_TRIGGERS)[number];
