import { RawBodyMissingError } from '../errors/receiver.errors.js';
import type { ReceivedHeaders } from './received-request.js';

/** The part of an Express or Fastify request that is read here. */
export interface HttpRequest {
  readonly headers: ReceivedHeaders;
  readonly body?: unknown;
  /** Set by Nest with `rawBody: true`, on both platforms. */
  readonly rawBody?: unknown;
}

/**
 * The bytes of a request's body as they were sent.
 *
 * @throws {RawBodyMissingError} if the request has a body but only its parsed form is available
 */
export function rawBodyOf({ headers, body, rawBody }: HttpRequest): Buffer {
  if (Buffer.isBuffer(rawBody)) return rawBody;
  // A parser for raw bodies stores the bytes here.
  if (Buffer.isBuffer(body)) return body;
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  if (isEmpty) return Buffer.alloc(0);
  const contentType = headers['content-type'];
  throw new RawBodyMissingError(typeof contentType === 'string' ? contentType : undefined);
}
