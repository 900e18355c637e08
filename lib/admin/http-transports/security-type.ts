import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';

/** All security types. `BEARER` and `BEARER_AUTH` are spellings of `BEARER_TOKEN` that other systems use. */
export const SECURITY_TYPES = [
  'NONE',
  'BASIC_AUTH',
  'BEARER_TOKEN',
  'BEARER',
  'BEARER_AUTH',
] as const satisfies readonly SecurityType[];

/** Whether the receiver authenticates requests by a token. */
export const isBearer = (type: SecurityType): boolean =>
  type === 'BEARER_TOKEN' || type === 'BEARER' || type === 'BEARER_AUTH';
