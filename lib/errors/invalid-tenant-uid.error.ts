import { inspect } from 'node:util';
import { WebhooksError } from './webhooks-error.js';

/** `tenantUid` does not follow the rules for uids. Nothing was written. */
export class InvalidTenantUidError extends WebhooksError {
  constructor(received: unknown) {
    super(
      'INVALID_TENANT_UID',
      `tenantUid is ${inspect(received)}: pass the tenant's uid, 1 to 64 of the characters A-Z, a-z, 0-9 and _ - . : | @ (but not ` +
        '"." or ".." alone). Other characters are refused because the uid is a path segment of the admin API.',
    );
  }
}
