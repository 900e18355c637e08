import { classify } from './driver-errors.js';

/** Whether the database cannot be reached, is shutting down, or is out of resources. */
export const isUnavailable = (error: unknown): boolean => classify(error) === 'unavailable';
