import { badRequest, validationFailed } from '../api-error.js';
import { MASK } from '../masking.js';
import type { HttpTransportInputDto } from './http-transport-settings.dto.js';
import { isBearer } from './security-type.js';
import type { DraftHeader, DraftSecret, TransportDraft } from './transport-draft.js';

/** The settings of a transport in a request. An omitted member is not a property of the object: it requests no change. */
export type TransportInput = HttpTransportInputDto & { name?: string; url?: string };

/** Values that PUT assigns to omitted members. Passwords and tokens are not among them: they are kept. */
const REPLACED: TransportInput = { headers: [], securityType: 'NONE', username: null };

/**
 * PATCH: the given fields change, the others stay.
 *
 * @throws {ApiError} 400 if the mask is given where no value is stored, or a header is given twice
 */
export function applyUpdate(draft: TransportDraft, input: TransportInput): TransportDraft {
  const { headers, password, token, rateLimit, ...same } = input;
  return {
    ...draft,
    ...same,
    headers: headers === undefined ? draft.headers : headersOf(headers ?? [], draft.headers),
    password: secretOf('password', password, draft.password),
    token: secretOf('token', token, draft.token),
    // The input is an instance of its DTO class, so a comparison with the stored value would report a difference.
    rateLimit: rateLimit === undefined ? draft.rateLimit : rateLimit && { ...rateLimit },
  };
}

/**
 * PUT: replaces the fields of the vendor's API (docs/compatibility.md). An omitted password or token is kept, and so are
 * the fields that are not part of that API: a client that does not know them must not reset them.
 *
 * @throws {ApiError} 400 as `applyUpdate`
 */
export const applyReplacement = (draft: TransportDraft, input: TransportInput): TransportDraft =>
  applyUpdate(draft, { ...REPLACED, ...input });

/** @throws {ApiError} 400 if a field that the security type requires is missing */
export function assertComplete({ securityType, username, password, token }: TransportDraft): void {
  const missing: string[] = [];
  if (securityType === 'BASIC_AUTH' && username === null) missing.push('username');
  if (securityType === 'BASIC_AUTH' && password === null) missing.push('password');
  if (isBearer(securityType) && token === null) missing.push('token');
  if (missing.length > 0) {
    throw validationFailed(
      ...missing.map((field) => `${field} is required with securityType ${securityType}`),
    );
  }
}

/**
 * Ensures that stored secrets are sent only to the origin for which they were set. Otherwise somebody who may edit a
 * transport, but cannot read its secrets, could have them sent to another server.
 *
 * @throws {ApiError} 400 `CREDENTIALS_REQUIRED` if the origin changes and a secret is kept
 */
export function assertSecretsKeepOrigin(before: TransportDraft, after: TransportDraft): void {
  if (originOf(before.url) === originOf(after.url)) return;
  const kept = [
    ...(isKept(after.password) ? ['password'] : []),
    ...(isKept(after.token) ? ['token'] : []),
    ...after.headers.filter(({ value }) => isKept(value)).map(({ key }) => `headers.${key}`),
  ];
  if (kept.length === 0) return;
  throw badRequest(
    'CREDENTIALS_REQUIRED',
    ...kept.map((field) => `${field} must be sent again (or removed), because the origin of url changes`),
  );
}

const isKept = (secret: DraftSecret | null): boolean => secret !== null && 'stored' in secret;

function secretOf(
  field: string,
  input: string | null | undefined,
  present: DraftSecret | null | undefined,
): DraftSecret | null {
  if (input === undefined) return present ?? null;
  if (input === null) return null;
  if (input !== MASK) return { clear: input };
  if (present) return present;
  throw validationFailed(
    `${field} is the mask ${MASK}, which keeps a stored value, but none is stored: send the value`,
  );
}

function headersOf(
  input: readonly { key: string; value: string }[],
  present: readonly DraftHeader[],
): DraftHeader[] {
  const storedByKey = new Map(present.map(({ key, value }) => [key.toLowerCase(), value]));
  const seen = new Set<string>();
  return input.map(({ key, value }) => {
    const name = key.toLowerCase();
    if (seen.has(name)) throw validationFailed(`headers must not contain ${key} twice`);
    seen.add(name);
    return { key, value: secretOf(`headers.${key}`, value, storedByKey.get(name))! };
  });
}

/** Scheme, host and port. If the stored text is not a valid URL, it equals no other origin. */
const originOf = (url: string): string | symbol => (URL.canParse(url) ? new URL(url).origin : Symbol(url));
