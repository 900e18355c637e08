import { describe, expect, it } from '@jest/globals';
import { lineOf, Progress } from '../../../lib/cli/output/progress.js';
import { shortDuration } from '../../../lib/cli/output/table.js';
import { periodOf } from '../../../lib/cli/config/time-option.js';

describe('progress on the command line', () => {
  it('is a bar with a total, and a count without one', () => {
    expect(lineOf({ text: 'Deleted rows', done: 12_000 })).toBe('Deleted rows: 12,000');
    expect(lineOf({ text: 'Sent', done: 600, total: 1_200 })).toBe(
      `[${'#'.repeat(12)}${' '.repeat(12)}]  50 %  Sent: 600 of 1,200`,
    );
    expect(lineOf({ text: 'Sent', done: 7, total: 5 })).toContain('100 %');
    expect(lineOf({ text: 'Sent', done: 0, total: 0 })).toContain('100 %');
  });

  it('is drawn in one line of a terminal, and ends with a line break', () => {
    let text = '';
    const context = {
      printError: (more: string) => void (text += more),
      isTerminal: { results: false, progress: true },
    };
    const progress = new Progress(context, true);
    progress.show({ text: 'Deleted rows', done: 1 });
    progress.show({ text: 'Deleted rows', done: 2 });
    progress.end();
    progress.end();
    expect(text).toBe('\rDeleted rows: 1\u001b[K\rDeleted rows: 2\u001b[K\n');
  });
});

describe('a duration on the command line', () => {
  it.each([
    [null, null],
    [850.4, '850 ms'],
    [1_000, '1 s'],
    [119_000, '119 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('shows %j ms as %j', (ms, text) => {
    expect(shortDuration(ms)).toBe(text);
  });
});

describe('a period of time on the command line', () => {
  const now = Date.parse('2026-03-14T09:00:00Z');
  const of = (since: string, until?: string) => periodOf({ since, until }, now);

  it('is given as ISO 8601 or as a duration before now', () => {
    expect(of('2026-03-14T08:00:00+01:00').since).toBe('2026-03-14T08:00:00+01:00');
    expect(of('90s').since).toBe('2026-03-14T08:58:30.000Z');
    expect(of('30m', '2026-03-14T09:00:00Z')).toEqual({
      since: '2026-03-14T08:30:00.000Z',
      until: '2026-03-14T09:00:00Z',
    });
    expect(of('2h').since).toBe('2026-03-14T07:00:00.000Z');
    expect(of('7d').since).toBe('2026-03-07T09:00:00.000Z');
  });

  it.each(['yesterday', '2026-03-14', '2026-03-14T09:00:00', '2026-99-14T09:00:00Z', '1.5h', '2 h', '-2h'])(
    'is refused as %j',
    (since) => {
      expect(() => of(since)).toThrow(`Option "--since" is "${since}". Use ISO 8601`);
    },
  );

  it('is refused if it ends before it begins', () => {
    expect(() => of('1h', '2h')).toThrow('Option "--since" is later than "--until".');
  });
});
