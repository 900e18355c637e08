import { describe, expect, it } from '@jest/globals';
import { originOf } from '../../../lib/domain/origin.js';

describe('originOf', () => {
  it.each([
    ['https://Api.Example.com:8443/hooks?x=1#y', 'https://api.example.com:8443'],
    ['https://api.example.com:443/', 'https://api.example.com'],
    ['not a url', ''],
  ])('of %p is %p', (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });
});
