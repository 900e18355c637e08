import type { Fact, FactKind } from '../../domain/statistics.js';

/*
 * A group of facts is one text, so that noting a fact costs few bytes and no row of its own. Facts are separated by `;`, and
 * their values by `,`: tenant, transport, event, first letter of the kind, duration in ms or nothing, instant.
 */

const KINDS: Readonly<Record<string, FactKind>> = {
  A: 'AGAIN',
  D: 'DELIVERED',
  F: 'FAILED',
  M: 'MISSED',
  R: 'RETRIED',
};

export const factText = ({ tenantId, transportId, eventId, kind, durationMs, at }: Fact): string =>
  `${tenantId},${transportId},${eventId},${kind[0]!},${durationMs ?? ''},${at}`;

/** Facts of another kind, such as CANCELLED, are left out. */
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

/**
 * The facts of a group as one text for each tenant. A damaged fact is kept with those of the tenant that it seems to have,
 * so that it is lost to no other tenant.
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
