import { compareSpecificity, matchesAction } from '../../domain/action-pattern.js';
import { recoveredKey } from '../../domain/recovery.js';
import type { RecoveryCandidate, ScannedEvent } from '../../persistence/ports/recovery-store.js';

/** A webhook of the transport, as it is today. */
export interface ReplayWebhook {
  readonly id: number;
  readonly action: string;
  readonly enabled: boolean;
  readonly ordered: boolean;
}

/** The criteria by which a replay selects events. */
export interface ReplayFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly since: number;
  /** Milliseconds since the epoch, inclusive. */
  readonly until: number;
  /** Undefined: all. */
  readonly actions: readonly string[] | undefined;
  /** Events that this webhook matches; null: those that any webhook of the transport matches. */
  readonly webhookId: number | null;
}

/** An event that a replay sends, and the webhook that it is sent for. */
export interface MatchedEvent {
  readonly event: ScannedEvent;
  readonly webhook: ReplayWebhook;
}

/**
 * The events that a replay includes, with the webhook of each. As in fan-out, the most specific webhook counts, and of equal
 * ones the oldest. Disabled webhooks match nothing.
 */
export function matchEvents(
  events: readonly ScannedEvent[],
  webhooks: readonly ReplayWebhook[],
  { since, until, actions, webhookId }: ReplayFilter,
): MatchedEvent[] {
  const wanted = webhooks
    .filter(({ id, enabled }) => enabled && (webhookId === null || id === webhookId))
    .sort((a, b) => compareSpecificity(a.action, b.action) || a.id - b.id);
  const isWanted = actions && new Set(actions);
  const byAction = new Map<string, ReplayWebhook | undefined>();
  return events.flatMap((event) => {
    const { action, createdAt } = event;
    if (createdAt < since || createdAt > until || isWanted?.has(action) === false) return [];
    if (!byAction.has(action)) {
      byAction.set(
        action,
        wanted.find((webhook) => matchesAction(webhook.action, action)),
      );
    }
    const webhook = byAction.get(action);
    return webhook ? { event, webhook } : [];
  });
}

/** The candidate to enqueue for a matched event. */
export const candidateFor = ({ event, webhook }: MatchedEvent): RecoveryCandidate => ({
  eventId: event.id,
  webhookId: webhook.id,
  orderingKey: webhook.ordered ? recoveredKey(event.orderingKey) : null,
  hasBody: event.hasBody,
});
