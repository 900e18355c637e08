import { classify } from './driver-errors.js';

/** PostgreSQL translates its messages, but never the names of tables. */
const OWN_TABLE = /\bwebhook_/;

/** Whether a statement failed because a table of the module does not exist. Errors about other tables do not count. */
export function isTablesMissing(error: unknown): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  return classify(error) === 'missing-table' && typeof message === 'string' && OWN_TABLE.test(message);
}
