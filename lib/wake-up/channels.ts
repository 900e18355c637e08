import { createHash, randomInt } from 'node:crypto';

/** Maximum length of a payload, in bytes. PostgreSQL's NOTIFY accepts less than 8,000 bytes. */
const MAX_PAYLOAD = 7_900;
/** Upper bound of the random number in the name of an own channel. `randomInt` accepts less than 2 ** 48. */
const HIGHEST_NUMBER = 2 ** 47;

/** Names of the channels on which the processes of one database notify each other. */
export interface Channels {
  /** Events have been committed. */
  readonly events: string;
  /** Lanes have work. The payload lists the ids of their transports. */
  readonly work: string;
  /** Settings that all processes share have changed. */
  readonly settings: string;
  /** The channel of this process alone, on which it notifies itself. */
  readonly own: string;
}

/**
 * Channels of the processes that share database, schema and environment. Processes that use another schema, or that belong
 * to another environment, have other channels. The names are hashed, since an identifier has at most 63 bytes.
 *
 * @param scope a text that identifies the database and the schema
 */
export function channelsOf(scope: string, environment: string | undefined): Channels {
  const text = JSON.stringify([scope, environment ?? null]);
  const name = `tillhook_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  return {
    events: `${name}_events`,
    work: `${name}_work`,
    settings: `${name}_settings`,
    own: `${name}_${randomInt(HIGHEST_NUMBER)}`,
  };
}

/** Joins numbers into payloads, each as long as allowed. */
export function payloadsOf(numbers: Iterable<number>): string[] {
  const payloads: string[] = [];
  let payload = '';
  for (const number of numbers) {
    const text = String(number);
    if (payload !== '' && payload.length + 1 + text.length > MAX_PAYLOAD) {
      payloads.push(payload);
      payload = '';
    }
    payload += payload === '' ? text : `,${text}`;
  }
  if (payload !== '') payloads.push(payload);
  return payloads;
}

/** The numbers of a payload. Everybody with access to the database can notify, so values that are not positive integers are ignored. */
export const numbersOf = (payload: string): number[] =>
  payload
    .split(',')
    .map(Number)
    .filter((number) => Number.isSafeInteger(number) && number > 0);
