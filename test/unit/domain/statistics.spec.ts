import { describe, expect, it } from '@jest/globals';
import { CountSum, countRows, endKind, type Fact, type FactKind } from '../../../lib/domain/statistics.js';
import { bucketOf, DurationCounter } from '../../../lib/domain/histogram.js';
import { factsOf, factText } from '../../../lib/persistence/sql/facts.js';

const AT = Date.parse('2026-03-14T09:26:53.589Z');
const fact: Fact = { tenantId: 1, transportId: 7, eventId: 3, kind: 'DELIVERED', durationMs: 12, at: AT };
const histogramOf = (ms: number) => {
  const counter = new DurationCounter();
  counter.add(ms);
  return counter.histogram;
};
const events = new Map([[3, { action: 'ORDER_SETTLED', createdAt: AT - 50 }]]);

describe('The rows to which facts are added', () => {
  it('are those of the minute, hour and day, for the transport and action, the action, the tenant, and all tenants', () => {
    const rows = countRows([fact, { ...fact, kind: 'FAILED' }], events);
    expect(
      rows.map(({ tenantId, granularity, transportId, action, start }) => [
        tenantId,
        granularity,
        transportId,
        action,
        new Date(start).toISOString().slice(0, 16),
      ]),
    ).toEqual([
      [1, 'minute', 0, '', '2026-03-14T09:26'],
      [1, 'minute', 0, 'ORDER_SETTLED', '2026-03-14T09:26'],
      [1, 'minute', 7, 'ORDER_SETTLED', '2026-03-14T09:26'],
      [1, 'hour', 0, '', '2026-03-14T09:00'],
      [1, 'hour', 0, 'ORDER_SETTLED', '2026-03-14T09:00'],
      [1, 'hour', 7, 'ORDER_SETTLED', '2026-03-14T09:00'],
      [1, 'day', 0, '', '2026-03-14T00:00'],
      [1, 'day', 0, 'ORDER_SETTLED', '2026-03-14T00:00'],
      [1, 'day', 7, 'ORDER_SETTLED', '2026-03-14T00:00'],
      // Last, because every process writes them.
      [0, 'minute', 0, '', '2026-03-14T09:26'],
      [0, 'hour', 0, '', '2026-03-14T09:00'],
      [0, 'day', 0, '', '2026-03-14T00:00'],
    ]);
    for (const row of rows) expect(row).toMatchObject({ delivered: 1, failed: 1, retried: 0, missed: 0 });
  });

  it('are in the order of their key, in which every process locks them', () => {
    const facts = [9, 2, 5].flatMap((transportId) =>
      [2, 1].map((tenantId) => ({ ...fact, transportId, tenantId })),
    );
    const minutes = countRows(facts, events).filter(
      (row) => row.granularity === 'minute' && row.transportId > 0,
    );
    expect(minutes.map((row) => [row.tenantId, row.transportId])).toEqual([
      [1, 2],
      [1, 5],
      [1, 9],
      [2, 2],
      [2, 5],
      [2, 9],
    ]);
  });

  it('have no latency for a redelivery, and no action for an event that was deleted', () => {
    const [tenant] = countRows([{ ...fact, kind: 'AGAIN' }], events);
    expect(tenant).toMatchObject({ delivered: 1, deliveries: [] });
    const rows = countRows([fact], new Map());
    expect(rows.map(({ action }) => action)).toEqual(Array.from({ length: rows.length }, () => ''));
    expect(rows.map(({ delivered }) => delivered)).toEqual(Array.from({ length: rows.length }, () => 1));
  });
});

describe('The counts of a row', () => {
  const kinds: FactKind[] = ['DELIVERED', 'AGAIN', 'FAILED', 'MISSED', 'RETRIED'];
  const rowOf = (...facts: Partial<Fact>[]) =>
    countRows(
      facts.map((changes) => ({ ...fact, ...changes })),
      events,
    )[0]!;
  const count = (histogram: readonly number[]): number => histogram.reduce((sum, one) => sum + one, 0);

  it.each<[FactKind, object]>([
    ['DELIVERED', { delivered: 1 }],
    ['AGAIN', { delivered: 1 }],
    ['FAILED', { failed: 1 }],
    ['MISSED', { missed: 1 }],
    ['RETRIED', { retried: 1 }],
  ])('count a fact of the kind %s once', (kind, counts) => {
    expect(rowOf({ kind })).toMatchObject({ delivered: 0, failed: 0, retried: 0, missed: 0, ...counts });
  });

  it('have the duration of each attempt, and none of a delivery that was missed', () => {
    const { attempts } = rowOf(
      { durationMs: 12 },
      { kind: 'FAILED', durationMs: 1 },
      { kind: 'MISSED', durationMs: null },
    );
    expect([count(attempts), attempts[bucketOf(12)], attempts[0]]).toEqual([2, 1, 1]);
  });

  it('have the time from the emit to the delivery, also if the clock was set back meanwhile', () => {
    expect(rowOf({}).deliveries).toEqual(histogramOf(50));
    expect(rowOf({ at: AT - 70 }).deliveries).toEqual(histogramOf(0));
    expect(kinds.map((kind) => count(rowOf({ kind }).deliveries))).toEqual([1, 0, 0, 0, 0]);
    expect(count(countRows([fact], new Map())[0]!.deliveries)).toBe(0);
  });

  it('are summed up', () => {
    const sum = new CountSum();
    const counts = rowOf({}, { kind: 'FAILED' }, { kind: 'RETRIED' }, { kind: 'MISSED', durationMs: null });
    sum.addCounts(counts);
    sum.addCounts(counts);
    expect(sum).toMatchObject({ delivered: 2, failed: 2, retried: 2, missed: 2 });
    expect([count(sum.attempts), count(sum.deliveries)]).toEqual([6, 2]);
  });

  it('belong to rows that are sorted by their start and then by their action', () => {
    const two = new Map([
      [3, { action: 'B', createdAt: AT }],
      [4, { action: 'A', createdAt: AT }],
    ]);
    const facts = [0, 60_000].flatMap((ago) => [3, 4].map((eventId) => ({ ...fact, eventId, at: AT - ago })));
    const rows = countRows(facts, two).filter(({ granularity, transportId }) => {
      return granularity === 'minute' && transportId === 7;
    });
    expect(rows.map(({ start, action }) => [AT - start >= 60_000, action])).toEqual([
      [true, 'A'],
      [true, 'B'],
      [false, 'A'],
      [false, 'B'],
    ]);
  });
});

describe('The kind of fact for the end of a delivery', () => {
  it('tells deliveries that a redelivery delivered from others, but not those that failed', () => {
    const ends = (['DELIVERED', 'FAILED'] as const).flatMap((status) =>
      [false, true].map((isRedelivery) => endKind(status, isRedelivery)),
    );
    expect(ends).toEqual(['DELIVERED', 'AGAIN', 'FAILED', 'FAILED']);
  });
});

describe('A group of facts as text', () => {
  it('keeps every value, and leaves out facts with an unknown letter', () => {
    const facts: Fact[] = [
      fact,
      { ...fact, kind: 'AGAIN' },
      { ...fact, kind: 'FAILED', durationMs: 0 },
      { ...fact, kind: 'MISSED', durationMs: null },
      { ...fact, kind: 'RETRIED' },
    ];
    expect(factsOf(`${facts.map(factText).join(';')};1,7,3,X,,${AT}`)).toEqual(facts);
    expect(factsOf('')).toEqual([]);
  });
});
