import { createHash } from 'node:crypto';

/** What is stored of a device token. */
export const hashDeviceToken = (token: string): string => createHash('sha256').update(token).digest('hex');
