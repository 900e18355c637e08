import { describe, expect, it } from '@jest/globals';
import { MAX_SECRETS, rotateSecrets } from '../../../lib/domain/secret-rotation.js';

const NOW = 1_000_000;
const secret = (name: string, expiresAt: number | null = null) => ({ name, expiresAt });
const next = { name: 'new', expiresAt: null };

describe('the rotation of signing secrets', () => {
  it('puts the new one first and lets the one before it sign until the overlap ends', () => {
    expect(rotateSecrets([secret('old')], next, { nowMs: NOW, overlapMs: 500 })).toEqual([
      next,
      secret('old', NOW + 500),
    ]);
  });

  it('keeps only the new one if there is no overlap', () => {
    const present = [secret('b'), secret('a', NOW + 60_000)];
    expect(rotateSecrets(present, next, { nowMs: NOW, overlapMs: 0 })).toEqual([next]);
  });

  it('prolongs nothing and shortens what would outlast the overlap', () => {
    const present = [secret('c'), secret('b', NOW + 200), secret('a', NOW + 100)];
    expect(rotateSecrets(present, next, { nowMs: NOW, overlapMs: 150 })).toEqual([
      next,
      secret('c', NOW + 150),
      secret('b', NOW + 150),
    ]);
  });

  it('drops what has expired, to the millisecond', () => {
    const present = [secret('c'), secret('b', NOW), secret('a', NOW + 1)];
    const names = rotateSecrets(present, next, { nowMs: NOW, overlapMs: 500 }).map(({ name }) => name);
    expect(names).toEqual(['new', 'c', 'a']);
  });

  it('keeps the newest when there are more than may sign', () => {
    let present = [secret('0')];
    for (let n = 1; n <= 5; n += 1) {
      present = rotateSecrets(present, { name: String(n), expiresAt: null }, { nowMs: NOW, overlapMs: 500 });
    }
    expect(present.map(({ name }) => name)).toEqual(['5', '4', '3']);
    expect(present).toHaveLength(MAX_SECRETS);
    expect(present.filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
  });

  it('changes none of its arguments', () => {
    const present = Object.freeze([Object.freeze(secret('old'))]);
    rotateSecrets(present, Object.freeze(next), { nowMs: NOW, overlapMs: 500 });
    expect(present).toEqual([secret('old')]);
  });
});
