import { ACTOR_RULE, isActor } from '../../domain/audit.js';
import { validationFailed } from '../api-error.js';
import type { ChangedBy } from './admin-types.js';

/**
 * Checks the last argument of each method whose change the audit records. It says who makes the change.
 *
 * @returns null if it is not given
 * @throws {ApiError} 400 `VALIDATION_FAILED`
 */
export function checkedActor(by: ChangedBy | undefined): string | null {
  if (by === undefined) return null;
  if (typeof by !== 'object')
    throw validationFailed('The last argument must be an object, such as { actor: "user:42" }.');
  if (by.actor === undefined) return null;
  if (!isActor(by.actor)) throw validationFailed(`actor must be ${ACTOR_RULE}`);
  return by.actor;
}
