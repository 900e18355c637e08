import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';

export const SECURITY_TYPES = [
  'NONE',
  'BASIC_AUTH',
  'BEARER_TOKEN',
] as const satisfies readonly SecurityType[];

/** What is understood on input: the stored spellings, and two that other systems use for `BEARER_TOKEN`. */
export const SECURITY_TYPE_INPUTS = [...SECURITY_TYPES, 'BEARER', 'BEARER_AUTH'] as const;
export type SecurityTypeInput = (typeof SECURITY_TYPE_INPUTS)[number];

/** The one spelling that is stored and returned. */
export const canonicalSecurityType = (input: SecurityTypeInput): SecurityType =>
  input === 'BEARER' || input === 'BEARER_AUTH' ? 'BEARER_TOKEN' : input;
