import { describe, expect, it } from '@jest/globals';
import { checkPort } from '../../../lib/egress/port-policy.js';

describe('The ports of receivers', () => {
  it.each([80, 443, 1_024, 8_080, 8_443, 65_535])('may be %d', (port) => {
    expect(() => checkPort(port)).not.toThrow();
  });

  it.each([0, 1, 22, 81, 442, 1_023, 65_536])('may not be %d, which is out of range', (port) => {
    expect(() => checkPort(port)).toThrow('its port is not allowed');
  });

  it.each([2_049, 6_000, 6_667, 10_080])('may not be %d, which browsers refuse', (port) => {
    expect(() => checkPort(port)).toThrow('its port is not allowed');
  });

  it.each([2_375, 3_306, 5_432, 6_379, 9_200, 27_017])(
    'may not be %d of an infrastructure service',
    (port) => {
      expect(() => checkPort(port)).toThrow('its port is not allowed');
    },
  );
});
