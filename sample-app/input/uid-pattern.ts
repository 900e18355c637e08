/** Format of a uid, the same as in the webhooks routes. */
export const UID = /^[A-Za-z0-9_-]{1,64}$/;
