import { describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../../lib/emitter/random-pool.js';

describe('RandomPool', () => {
  it('hands out as many bytes as asked for and none of them twice', () => {
    const pool = new RandomPool();
    const taken = Array.from({ length: 5_000 }, () => Buffer.from(pool.take(10)).toString('hex'));
    expect(taken.every((hex) => hex.length === 20)).toBe(true);
    expect(new Set(taken).size).toBe(5_000);
  });
});
