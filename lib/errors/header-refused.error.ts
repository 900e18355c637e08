import { WebhooksError } from './webhooks-error.js';

/** Of a name in a message; whoever typed it knows it by its beginning. */
const MAX_NAME_SHOWN = 64;

/** A tenant's header may not be sent. The message names the header, never its value. */
export class HeaderRefusedError extends WebhooksError {
  /**
   * @param header its name as it was given; undefined when the list as a whole is refused
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

/** Quoted and escaped, since what is refused may hold line breaks or worse. */
const shown = (name: string): string =>
  JSON.stringify(name.slice(0, MAX_NAME_SHOWN)).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
