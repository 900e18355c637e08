import { describe, expect, it } from '@jest/globals';
import { errorTypeOf } from '../../../lib/telemetry/otel-attributes.js';

describe('the attribute error.type', () => {
  it.each([
    [Object.assign(new Error('x'), { code: '42P01' }), '42P01'],
    [Object.assign(new Error('x'), { code: 'a message with a secret' }), '_OTHER'],
    [new Error('x'), '_OTHER'],
    [undefined, '_OTHER'],
  ])('of %s is %s, and never a message', (error, type) => {
    expect(errorTypeOf(error)).toBe(type);
  });
});
