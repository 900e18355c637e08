import { describe, expect, it } from '@jest/globals';
import { countRows, type Fact } from '../../../lib/domain/statistics.js';
import { factsOf, factText } from '../../../lib/persistence/sql/facts.js';

const AT = Date.parse('2026-03-14T09:26:53.589Z');
const fact: Fact = { tenantId: 1, transportId: 7, eventId: 3, kind: 'DELIVERED', durationMs: 12, at: AT };
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
  });
});

describe('A group of facts as text', () => {
  it('keeps every value, and leaves out kinds that are not counted', () => {
    const facts: Fact[] = [
      fact,
      { ...fact, kind: 'AGAIN' },
      { ...fact, kind: 'FAILED', durationMs: 0 },
      { ...fact, kind: 'MISSED', durationMs: null },
      { ...fact, kind: 'RETRIED' },
    ];
    expect(factsOf(`${facts.map(factText).join(';')};1,7,3,C,,${AT}`)).toEqual(facts);
    expect(factsOf('')).toEqual([]);
  });
});
