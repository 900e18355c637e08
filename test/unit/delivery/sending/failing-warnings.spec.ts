import { describe, expect, it } from '@jest/globals';
import { FailingWarnings } from '../../../../lib/delivery/sending/failing-warnings.js';

const HOUR = 3_600_000;

describe('FailingWarnings', () => {
  it('warns once at half of the time and once near its end, with the hours that are left', () => {
    const warnings = new FailingWarnings(120 * HOUR);
    const at = (hours: number) => warnings.due(1, 0, hours * HOUR);
    expect([at(1), at(59), at(60), at(61), at(107), at(109), at(110), at(121)]).toEqual([
      undefined,
      undefined,
      60,
      undefined,
      undefined,
      11,
      undefined,
      undefined,
    ]);
  });

  it('begins anew when the transport has been healthy', () => {
    const warnings = new FailingWarnings(120 * HOUR);
    expect(warnings.due(1, 0, 60 * HOUR)).toBe(60);
    expect(warnings.due(1, null, 61 * HOUR)).toBeUndefined();
    expect(warnings.due(1, 61 * HOUR, 121 * HOUR)).toBe(60);
  });
});
