import type { QueueChange } from '../../domain/queue-depth.js';
import type { Fact, FactKind } from '../../domain/statistics.js';

/*
 * A fact is one outcome, or one change of the queue, that is not counted yet. A group of facts is one text, so that a fact costs
 * few bytes and no row of its own. Facts are separated by `;`, and their values by `,`. The values of an outcome are: tenant,
 * transport, event, first letter of the kind, duration in ms or nothing, instant in ms since the epoch. Those of a change of the
 * queue are: tenant, transport, number of rows, `Q` (rows were added) or `E` (rows were removed).
 */

const KINDS: Readonly<Record<string, FactKind>> = {
  A: 'AGAIN',
  D: 'DELIVERED',
  F: 'FAILED',
  M: 'MISSED',
  R: 'RETRIED',
};

/** The text of a fact about an outcome. */
export const factText = ({ tenantId, transportId, eventId, kind, durationMs, at }: Fact): string =>
  `${tenantId},${transportId},${eventId},${kind[0]!},${durationMs ?? ''},${at}`;

/** The facts about outcomes in the text of a group. Facts with an unknown letter, and facts about the queue, are left out. */
export function factsOf(text: string): Fact[] {
  return text.split(';').flatMap((fact): Fact[] => {
    const [tenantId, transportId, eventId, letter, duration, at] = fact.split(',');
    const kind = KINDS[letter ?? ''];
    if (kind === undefined) return [];
    return [
      {
        tenantId: Number(tenantId),
        transportId: Number(transportId),
        eventId: Number(eventId),
        kind,
        durationMs: duration ? Number(duration) : null,
        at: Number(at),
      },
    ];
  });
}

/** Letter of a fact about rows that were added to the queue. */
export const QUEUED = 'Q';
/**
 * Letter of a fact about rows that were removed from the queue although no outcome is counted, for example by a cancellation.
 */
export const ENDED = 'E';
/** Letters of facts about attempts that ended a delivery: each removed one row from the queue. */
const ENDS: ReadonlySet<string | undefined> = new Set(['A', 'D', 'F']);

/** The text of a fact about rows that were added to the queue or removed from it. */
export const queueFactText = (
  { tenantId, transportId }: Pick<QueueChange, 'tenantId' | 'transportId'>,
  rows: number,
  letter: typeof QUEUED | typeof ENDED,
): string => `${tenantId},${transportId},${rows},${letter}`;

/**
 * The changes of the queue that the facts of a group report. Facts that neither add nor remove a row of the queue are left
 * out.
 */
export function queueChangesOf(text: string): QueueChange[] {
  return text.split(';').flatMap((fact): QueueChange[] => {
    const [tenantId, transportId, value, letter] = fact.split(',');
    const key = { tenantId: Number(tenantId), transportId: Number(transportId) };
    if (letter === QUEUED) return [{ ...key, queued: Number(value), ended: 0 }];
    if (letter === ENDED) return [{ ...key, queued: 0, ended: Number(value) }];
    return ENDS.has(letter) ? [{ ...key, queued: 0, ended: 1 }] : [];
  });
}

/**
 * The facts of a group as one text for each tenant. A damaged fact goes to the text of the tenant that its first value names, so
 * that the texts of other tenants can be counted.
 */
export function factTextsByTenant(text: string): string[] {
  const texts = new Map<string, string>();
  for (const fact of text.split(';')) {
    const [tenant] = fact.split(',', 1);
    const others = texts.get(tenant!);
    texts.set(tenant!, others === undefined ? fact : `${others};${fact}`);
  }
  return [...texts.values()];
}
