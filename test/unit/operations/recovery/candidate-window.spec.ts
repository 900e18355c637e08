import { describe, expect, it } from '@jest/globals';
import { CandidateWindow } from '../../../../lib/operations/recovery/candidate-window.js';

const candidate = (eventId: number, hasBody = true) => ({
  eventId,
  hasBody,
  webhookId: null,
  orderingKey: null,
});

describe('the candidates that a job has read ahead', () => {
  it('are returned in order, up to a number that can be sent, and the cursor follows', () => {
    const window = new CandidateWindow();
    window.fill([candidate(1), candidate(2, false), candidate(3), candidate(4)], 9);
    const first = window.peek(2);
    expect([first.sendable.map(({ eventId }) => eventId), first.gone, first.cursorId]).toEqual([
      [1, 3],
      1,
      3,
    ]);
    expect(window.peek(2)).toEqual(first);
    window.taken(first);
    const last = window.peek(2);
    // Everything was handled up to the end of what was read, not only up to the last candidate.
    expect([last.sendable.map(({ eventId }) => eventId), last.cursorId]).toEqual([[4], 9]);
    window.taken(last);
    expect(window.isEmpty).toBe(true);
  });

  it('include those without a body that follow the last one to be sent', () => {
    const window = new CandidateWindow();
    window.fill([candidate(1), candidate(2, false), candidate(3, false), candidate(4)], 9);
    expect(window.peek(1)).toMatchObject({ gone: 2, cursorId: 3 });
  });
});
