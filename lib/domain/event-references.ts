import { isPlainObject } from './json-check.js';

/** Maximum length of a reference that can be searched for, in characters. */
export const MAX_REFERENCE = 255;

/** The members of a reference whose values can be searched for. */
const KEYS = ['Id', 'Uid'] as const;
/** The tenant is part of every body, so a search for it would find every event. */
const TENANT = 'tenant';

/** Finds the bodies that refer to an entity. */
export interface ReferenceSearch {
  /** A body that refers to the entity contains at least one of these texts. Other bodies may contain them too. */
  readonly texts: readonly string[];
  /** Whether a body refers to the entity. False for text that is not JSON. */
  matches(body: string): boolean;
}

/**
 * A search for bodies that refer to an entity: a top-level object of the payload, except `tenant`, has the exact value as
 * its `Id` or `Uid`, as a string or as a number. So `700` finds `{ "order": { "Id": 7123, "Uid": "700" } }`.
 *
 * @param reference the `Id` or `Uid`, 1 to `MAX_REFERENCE` characters
 */
export function referenceSearch(reference: string): ReferenceSearch {
  const texts = KEYS.flatMap((key) => textsOf(key, reference));
  return {
    texts,
    // Parsing costs much more than a search for texts.
    matches: (body) => texts.some((text) => body.includes(text)) && refersTo(body, reference),
  };
}

/** `emit` writes bodies with JSON.stringify, so a member has one spelling. */
function textsOf(key: string, reference: string): string[] {
  const member = `${JSON.stringify(key)}:`;
  const isNumber = JSON.stringify(Number(reference)) === reference;
  return [
    `${member}${JSON.stringify(reference)}`,
    ...(isNumber ? [`${member}${reference},`, `${member}${reference}}`] : []),
  ];
}

function refersTo(body: string, reference: string): boolean {
  return Object.entries(membersOf(body)).some(
    ([name, value]) =>
      name !== TENANT && isPlainObject(value) && KEYS.some((key) => isEqual(value[key], reference)),
  );
}

const isEqual = (value: unknown, reference: string): boolean =>
  value === reference || (typeof value === 'number' && String(value) === reference);

function membersOf(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return isPlainObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
