import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits cannot be guessed, so a fast hash without salt protects them. */
const SECRET_BYTES = 32;
const CODE = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/;

/** A new secret, as base64url. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** The hash that is stored instead of a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** The code in the fragment of a link's URL: it names the link, and proves that the caller has it. */
export const codeOf = (linkUid: string, secret: string): string => `${linkUid}.${secret}`;

/** The fragment of a link's URL. Browsers do not send fragments, so no log of a server or a proxy contains the code. */
export const fragmentOf = (code: string): string => `#link=${code}`;

/** The parts of a code; undefined for a text that `codeOf` never makes. */
export function partsOf(code: string): { linkUid: string; secret: string } | undefined {
  const [, linkUid, secret] = CODE.exec(code) ?? [];
  return linkUid === undefined || secret === undefined ? undefined : { linkUid, secret };
}
