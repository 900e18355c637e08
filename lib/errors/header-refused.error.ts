import { WebhooksError } from './webhooks-error.js';

/** Maximum number of characters of a name in a message. The beginning is enough to recognize it. */
const MAX_NAME_SHOWN = 64;

/** A tenant's header must not be sent. The message names the header, never its value. */
export class HeaderRefusedError extends WebhooksError {
  /**
   * @param header its name as given; undefined if the list as a whole is rejected
   * @param explanation what is wrong with it, as the rest of a sentence
   */
  constructor(
    readonly header: string | undefined,
    explanation: string,
  ) {
    const subject = header === undefined ? 'The headers are' : `The header ${shown(header)} is`;
    super('HEADER_REFUSED', `${subject} refused: ${explanation}.`);
  }
}

/** Quoted and escaped, because a rejected name may contain line breaks or control characters. */
const shown = (name: string): string =>
  JSON.stringify(name.slice(0, MAX_NAME_SHOWN)).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
