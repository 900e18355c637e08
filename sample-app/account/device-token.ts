import { createHash } from 'node:crypto';

/** Name of the OpenAPI security scheme for sign-in: a device token is no access token and opens no other route. */
export const DEVICE_TOKEN_SCHEME = 'deviceToken';

/** What is stored of a device token. */
export const hashDeviceToken = (token: string): string => createHash('sha256').update(token).digest('hex');
