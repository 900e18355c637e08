import type { WebhookExplanation } from '../../api/types.ts';

/** Outcomes in the order in which users look for them: failures, what is pending, what arrived, and then what was not sent. */
const ORDER = ['FAILED', 'MISSED', 'PENDING', 'WAITING', 'DELIVERED', 'CANCELLED', 'UNKNOWN', 'NO_DELIVERY'];

const rankOf = ({ outcome, delivery }: WebhookExplanation): number =>
  ORDER.indexOf(outcome === 'DELIVERY' && delivery ? delivery.status : outcome);

/**
 * The subscriptions of an event in the order in which users look for them, and apart from them those that are for other
 * event types.
 */
export function orderedStories(items: readonly WebhookExplanation[]): {
  readonly own: readonly WebhookExplanation[];
  readonly others: readonly WebhookExplanation[];
} {
  const isOther = ({ reason }: WebhookExplanation): boolean => reason === 'ACTION_DIFFERS';
  return {
    own: items.filter((item) => !isOther(item)).sort((a, b) => rankOf(a) - rankOf(b)),
    others: items.filter(isOther),
  };
}
