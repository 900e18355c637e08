import { describe, expect, it } from '@jest/globals';
import { apiErrorOfParser } from '../../../lib/admin/platform/parser-errors.js';

describe('an error', () => {
  it.each([
    [{ type: 'entity.parse.failed', status: 400 }, 400],
    [{ type: 'request.size.invalid', status: 400 }, 400],
    [{ type: 'entity.too.large', status: 413 }, 413],
    [{ type: 'charset.unsupported', status: 415 }, 415],
    [{ type: 'encoding.unsupported', status: 415 }, 415],
    [{ code: 'FST_ERR_CTP_EMPTY_JSON_BODY', statusCode: 400 }, 400],
    [{ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }, 413],
    [{ code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }, 415],
    [Object.assign(new URIError('Failed to decode'), { status: 400 }), 400],
    [Object.assign(new SyntaxError('Unexpected token'), { statusCode: 400 }), 400],
  ])('of a parser becomes an error of the admin API: %p', (error, status) => {
    expect(apiErrorOfParser(error)?.getStatus()).toBe(status);
  });

  it.each([
    [new Error('of a middleware of the host')],
    [Object.assign(new Error('of a middleware of the host'), { status: 400 })],
    [Object.assign(new Error('unauthorized'), { status: 401 })],
    [new SyntaxError('of eval in a middleware')],
    [{ type: 'toString', code: 'constructor' }],
    ['text'],
    [null],
  ])('of the host is left to the host: %p', (error) => {
    expect(apiErrorOfParser(error)).toBeUndefined();
  });
});
