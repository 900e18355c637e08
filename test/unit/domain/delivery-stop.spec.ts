import { describe, expect, it } from '@jest/globals';
import { stopOf, stopText } from '../../../lib/domain/delivery-stop.js';

const UNKNOWN = { at: null, actor: null, reason: null };

describe('The stored stop of all deliveries', () => {
  it('keeps its time, actor and reason', () => {
    const stop = { at: 1_773_480_413_589, actor: 'jane', reason: 'Receiver overloaded' };
    expect(stopOf(stopText(stop))).toEqual(stop);
    expect(stopOf(stopText(UNKNOWN))).toEqual(UNKNOWN);
  });

  it.each(['', '{', 'null', '"stop"', '7', '[]', '{"at":"now","actor":7,"reason":{}}', '{"at":1.5}'])(
    'is a stop also if its text is damaged: %s',
    (text) => {
      expect(stopOf(text)).toEqual(UNKNOWN);
    },
  );
});
