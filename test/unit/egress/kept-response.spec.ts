import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keepBody, keepHeaders } from '../../../lib/egress/kept-response.js';

const KIB = 1024;

describe('keepHeaders', () => {
  it('keeps ordinary headers, and repeated ones as one', () => {
    const headers = { date: 'today', 'x-many': ['a', 'b'] };
    expect(keepHeaders(headers, [])).toEqual({ date: 'today', 'x-many': 'a,b' });
  });

  it.each([
    'set-cookie',
    'set-cookie2',
    'cookie',
    'authorization',
    'www-authenticate',
    'authentication-info',
    'proxy-authenticate',
    'proxy-authorization',
  ])('redacts the value of %s, and keeps its name', (name) => {
    expect(keepHeaders({ [name]: ['secret=1', 'secret=2'] }, [])).toEqual({ [name]: '[redacted]' });
  });

  it('keeps at most 50 headers and 8 KiB, and always retry-after', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'v']));
    expect(Object.keys(keepHeaders(many, []))).toHaveLength(50);
    expect(keepHeaders({ ...many, 'retry-after': '30' }, [])).toMatchObject({ 'retry-after': '30' });

    const more = keepHeaders({ ...many, 'retry-after': '30', 'x-last': 'v' }, []);
    expect(Object.keys(more)).toHaveLength(51);
    expect(more).not.toHaveProperty('x-last');

    const long = { 'x-a': 'v'.repeat(6 * KIB), 'x-b': 'v'.repeat(6 * KIB), 'retry-after': '30' };
    expect(Object.keys(keepHeaders(long, []))).toEqual(['x-a', 'retry-after']);
  });

  it('treats a header named like a member of every object as an ordinary one', () => {
    const headers = JSON.parse('{"__proto__":"a","constructor":"b","hasOwnProperty":"c"}') as Record<
      string,
      string
    >;
    const kept = keepHeaders(headers, []);
    expect(Object.entries(kept)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['hasOwnProperty', 'c'],
    ]);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });

  it('redacts a secret that comes back', () => {
    expect(keepHeaders({ 'x-echo': 'token t0ps3cret!' }, ['t0ps3cret'])).toEqual({
      'x-echo': 'token [redacted]!',
    });
  });
});

describe('keepBody', () => {
  it('keeps the first 16 KiB of all chunks together', () => {
    const chunks = [Buffer.alloc(10 * KIB, 'a'), Buffer.alloc(10 * KIB, 'b')];
    expect(keepBody(chunks, [])).toBe('a'.repeat(10 * KIB) + 'b'.repeat(6 * KIB));
    expect(keepBody([Buffer.alloc(64 * KIB, 'a')], [])).toHaveLength(16 * KIB);
    expect(keepBody([], [])).toBe('');
  });

  it('joins characters that were cut by a chunk', () => {
    const bytes = Buffer.from('price: 5 \u20ac');
    expect(keepBody([bytes.subarray(0, 10), bytes.subarray(10)], [])).toBe('price: 5 \u20ac');
  });

  it('returns text without NUL for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array().map((bytes) => Buffer.from(bytes))), (chunks) => {
        const text = keepBody(chunks, []);
        expect(Buffer.from(text).toString()).toBe(text);
        expect(text).not.toContain('\0');
      }),
    );
    expect(keepBody([Buffer.from('a\0b')], [])).toBe('a\uFFFDb');
  });

  it('redacts every secret that comes back, as often as it does', () => {
    const body = Buffer.from('{"authorization":"Bearer t0ps3cret","again":"t0ps3cret","key":"k3y!"}');
    const text = keepBody([body], ['Bearer t0ps3cret', 't0ps3cret', 'k3y!', 'abc', '']);
    expect(text).toBe('{"authorization":"[redacted]","again":"[redacted]","key":"[redacted]"}');
  });
});
