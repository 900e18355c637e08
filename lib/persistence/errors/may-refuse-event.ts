import { isBusy } from './driver-errors.js';
import { isTransient } from './is-transient.js';

/** Whether the notification event of a write may be the reason for its error, so that the write may succeed without the event. */
export const mayRefuseEvent = (error: unknown): boolean => !isTransient(error) && !isBusy(error);
