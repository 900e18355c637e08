import { describe, expect, it } from '@jest/globals';
import { RawBodyMissingError } from '../../../lib/errors/receiver.errors.js';
import { rawBodyOf, type HttpRequest } from '../../../lib/receiver/raw-body.js';

const bodyOf = (request: Partial<HttpRequest>): string => rawBodyOf({ headers: {}, ...request }).toString();

describe('the raw body of a request', () => {
  it('is what Nest keeps, or what a parser for raw bodies has stored', () => {
    expect(bodyOf({ rawBody: Buffer.from('kept'), body: Buffer.from('parsed') })).toBe('kept');
    expect(bodyOf({ body: Buffer.from('raw') })).toBe('raw');
  });

  it('is empty if the request has no body', () => {
    expect(bodyOf({ body: {} })).toBe('');
    expect(bodyOf({ headers: { 'content-length': '0' } })).toBe('');
  });

  it.each([
    [{ 'content-length': '2', 'content-type': 'application/json' }, '"application/json"'],
    [{ 'transfer-encoding': 'chunked' }, '"none"'],
  ])('is missing if only the parsed form is left: %j', (headers, type) => {
    expect(() => bodyOf({ headers, body: {} })).toThrow(RawBodyMissingError);
    expect(() => bodyOf({ headers, body: {} })).toThrow(`of a request of type ${type} is missing`);
  });
});
