import { UID_ALPHABET, UID_DIGITS } from '../../domain/uid.js';

/** Bits of one digit of a uid. */
const BITS = 5;

/**
 * An expression for the uid of a row, for an audit entry that is written in the same transaction as the row. With the prefix
 * `rec_`, the uid is the text that `recoveryUidOf` returns.
 *
 * @param prefix beginning of the uid; no user input
 * @param id expression of a non-negative number
 */
export function uidSql(prefix: string, id: string): string {
  const digits = Array.from({ length: UID_DIGITS }, (_, place) => {
    const shift = BITS * (UID_DIGITS - 1 - place);
    return `substr('${UID_ALPHABET}', CAST(((${id} >> ${shift}) & 31) + 1 AS integer), 1)`;
  });
  return [`'${prefix}'`, ...digits].join(' || ');
}
