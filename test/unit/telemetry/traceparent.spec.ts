import { describe, expect, it } from '@jest/globals';
import {
  formatTraceparent,
  parseTraceparent,
  TRACEPARENT_LENGTH,
} from '../../../lib/telemetry/traceparent.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('the header traceparent', () => {
  it('is written with the flag "sampled" alone, and fits into its column', () => {
    const text = formatTraceparent({ traceId, spanId, traceFlags: 0xff });
    expect(text).toBe(`00-${traceId}-${spanId}-01`);
    expect(text).toHaveLength(TRACEPARENT_LENGTH);
    expect(formatTraceparent({ traceId, spanId, traceFlags: 0 })).toBe(`00-${traceId}-${spanId}-00`);
  });

  it('is not written for a context that is not valid', () => {
    expect(formatTraceparent({ traceId: '0'.repeat(32), spanId, traceFlags: 1 })).toBeNull();
    expect(formatTraceparent({ traceId, spanId: '0'.repeat(16), traceFlags: 1 })).toBeNull();
    expect(formatTraceparent({ traceId: 'x\r\n', spanId, traceFlags: 1 })).toBeNull();
  });

  it('is read as it was written, and anything else is no trace context', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, traceFlags: 1 });
    for (const text of [null, undefined, '', `01-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01-x`])
      expect(parseTraceparent(text)).toBeUndefined();
  });
});
