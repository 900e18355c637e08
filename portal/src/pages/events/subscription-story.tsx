import type { WebhookExplanation } from '../../api/types.ts';
import { Link } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { Badge } from '../../parts/badge.tsx';
import { EndpointLink } from '../../parts/endpoint-name.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';

/** The last response, and why the delivery ended as it did. */
const resultOf = (delivery: NonNullable<WebhookExplanation['delivery']>, t: Translate): string =>
  [
    delivery.status === 'DELIVERED' ? undefined : (delivery.lastStatusCode ?? delivery.lastErrorCode),
    delivery.reason && t(`reason.${delivery.reason}`),
  ]
    .filter(Boolean)
    .join(' · ');

/** The outcome of an event for one subscription, in sentences, and whether it was recorded or derived. */
export function SubscriptionStory({ item }: { item: WebhookExplanation }) {
  const { t } = usePortal();
  const { delivery, outcome, reason, basis, changedSince, waitsFor } = item;
  return (
    <div class="stack">
      <p class="row">
        <EndpointLink uid={item.httpTransportUid} />
        <span class="muted">
          {t('events.subscription', { uid: item.webhookUid })} {item.deleted && t('events.deleted')}
        </span>
        {delivery && outcome === 'DELIVERY' ? (
          <>
            <StatusBadge status={delivery.status} />
            <span class="muted">{resultOf(delivery, t)}</span>
          </>
        ) : (
          <Badge tone={outcome === 'WAITING' ? 'info' : 'neutral'}>{t(`outcome.${outcome}`)}</Badge>
        )}
      </p>
      {reason && <p>{t(`explanation.${reason}`)}</p>}
      {delivery && (
        <p>
          <Link to={['deliveries', delivery.deliveryUid]}>{t('events.toDelivery')}</Link>{' '}
          {t('events.attempts', { count: delivery.attempts })}{' '}
          {delivery.nextAttemptAt && (
            <>
              {new Date(delivery.nextAttemptAt).getTime() <= Date.now() ? (
                t('events.dueNow')
              ) : (
                <>
                  {t('events.nextAttempt')} <Time at={delivery.nextAttemptAt} relative />
                </>
              )}
            </>
          )}
        </p>
      )}
      {waitsFor.map((wait) => (
        <p key={wait.cause}>
          {t(`wait.${wait.cause}`)} {wait.until && <Time at={wait.until} relative />}
          {wait.deliveryUid && <Link to={['deliveries', wait.deliveryUid]}>{wait.deliveryUid}</Link>}
        </p>
      ))}
      <p class="muted">
        {t(`basis.${basis}`)} {basis === 'DERIVED' && changedSince && t('events.changedSince')}
      </p>
    </div>
  );
}
