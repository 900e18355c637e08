import { EgressError } from '../errors/egress.errors.js';
import type { DialPhase } from './guarded-dialler.js';

/** undici's codes for a response that violates the protocol or the limits. */
const PROTOCOL_CODES = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
/** Errors of undici's parser have no code, only a name. */
const PARSER_ERROR = 'HTTPParserError';
/** undici's messages for errors whose code says no more than "socket". */
const PROTOCOL_TEXTS = new Set(['bad response', 'bad upgrade']);
/** undici's codes for a request that it refuses to write. */
const REQUEST_CODES = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/**
 * Maps an error to an `EgressError`. The phase of the connection decides in most cases, which is more robust than a list of
 * the error codes of operating systems and OpenSSL. The original error is dropped, because its message and its fields contain
 * addresses.
 */
export function egressErrorOf(error: Error, phase: DialPhase): EgressError {
  if (error instanceof EgressError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (REQUEST_CODES.has(code)) return new EgressError('INVALID_REQUEST');
  switch (phase) {
    case 'resolving':
      return new EgressError('DNS_FAILED');
    case 'connecting':
      return new EgressError('CONNECT_FAILED');
    case 'handshaking':
      return new EgressError('TLS_FAILED');
    case 'open': {
      const broken =
        error.name === PARSER_ERROR || PROTOCOL_CODES.has(code) || PROTOCOL_TEXTS.has(error.message);
      return new EgressError(broken ? 'PROTOCOL_ERROR' : 'CONNECTION_RESET');
    }
  }
}
