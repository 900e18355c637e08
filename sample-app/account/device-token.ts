import { createHash } from 'node:crypto';

/** The hash that is stored instead of a device token. */
export const hashDeviceToken = (token: string): string => createHash('sha256').update(token).digest('hex');
