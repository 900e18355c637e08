import { UsageError } from '../cli-errors.js';
import type { ReceivedRequest } from '../../receiver/received-request.js';

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/\d/;

/**
 * Parses an HTTP request: an optional request line, headers, an empty line, and the bytes of the body. Lines end with CRLF
 * or LF.
 *
 * @throws {UsageError} if there is no empty line after the headers, or a line is no header
 */
export function parseRequest(input: Buffer): ReceivedRequest {
  const end = /\r?\n\r?\n/.exec(input.toString('latin1'));
  if (!end) {
    throw new UsageError('No request on the standard input. Give the headers, an empty line, and the body.');
  }
  const lines = input.subarray(0, end.index).toString('latin1').split(/\r?\n/);
  if (REQUEST_LINE.test(lines[0]!)) lines.shift();
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new UsageError(`Line "${line.slice(0, 80)}" of the request is no header.`);
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: input.subarray(end.index + end[0].length) };
}
