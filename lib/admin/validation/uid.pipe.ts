import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isTenantUid, isUid, TENANT_UID_RULE, UID_MAX_LENGTH } from '../../domain/uid.js';
import { validationFailed } from '../api-error.js';

/** A uid in the path. A malformed uid is rejected before the database is queried. */
@Injectable()
export class UidPipe implements PipeTransform<unknown, string> {
  /** @throws {ApiError} 400 */
  transform(value: unknown, { data }: ArgumentMetadata): string {
    if (data === 'tenantUid') {
      if (isTenantUid(value)) return value;
      throw validationFailed(`${data} must be ${TENANT_UID_RULE}`);
    }
    if (isUid(value)) return value;
    throw validationFailed(
      `${data} must be 1 to ${UID_MAX_LENGTH} of the characters A-Z, a-z, 0-9, "_" and "-"`,
    );
  }
}
