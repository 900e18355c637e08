import type { WebhookExplanation } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { orderedStories } from './story-order.ts';
import { SubscriptionStory } from './subscription-story.tsx';

/** The outcome for each subscription. Subscriptions for other event types are folded in. */
export function Stories({ items }: { items: readonly WebhookExplanation[] }) {
  const { t } = usePortal();
  const { own, others } = orderedStories(items);
  return (
    <>
      <List items={own} />
      {others.length > 0 && (
        <details>
          <summary>{t('events.others', { count: others.length })}</summary>
          <List items={others} />
        </details>
      )}
    </>
  );
}

const List = ({ items }: { items: readonly WebhookExplanation[] }) => (
  <ul class="stories">
    {items.map((item) => (
      <li key={`${item.httpTransportUid}/${item.webhookUid}`} class="card">
        <SubscriptionStory item={item} />
      </li>
    ))}
  </ul>
);
