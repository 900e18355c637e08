/** Name of the OpenAPI security scheme for the access token, which is valid for every route of its tenant. */
export const ACCESS_TOKEN_SCHEME = 'accessToken';

/** Name of the OpenAPI security scheme for sign-in: a device token is no access token and is valid for no other route. */
export const DEVICE_TOKEN_SCHEME = 'deviceToken';
