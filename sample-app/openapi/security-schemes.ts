/** Name of the OpenAPI security scheme for the access token, which opens every route of its tenant. */
export const ACCESS_TOKEN_SCHEME = 'accessToken';

/** Name of the OpenAPI security scheme for sign-in: a device token is no access token and opens no other route. */
export const DEVICE_TOKEN_SCHEME = 'deviceToken';
