import { useState } from 'preact/hooks';
import type { Subscription } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Empty } from '../../parts/empty.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { AddSubscriptions } from './add-subscriptions.tsx';

const PAGE_SIZE = 100;

interface SubscriptionsProps {
  readonly uid: string;
  /** Called after each change. */
  readonly onChanged: () => void;
}

/** The subscriptions of an endpoint. */
export function Subscriptions({ uid, onChanged }: SubscriptionsProps) {
  const { api, t, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const [isAdding, add] = useState(false);
  const [removed, askToRemove] = useState<Subscription>();
  const path = { tenantUid, httpTransportUid: uid };
  const pages = usePages(
    async (cursor, signal) => {
      const pageNumber = Number(cursor ?? 1);
      const { data } = await api.GET('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
        params: { path, query: { pageNumber, pageSize: PAGE_SIZE } },
        signal,
      });
      const isLast = pageNumber * PAGE_SIZE >= data!.paging.totalCount;
      return { items: data!.items, next: isLast ? null : String(pageNumber + 1) };
    },
    ({ webhookUid }) => webhookUid,
    [api, tenantUid, uid],
  );
  const reload = (): void => {
    pages.reload();
    onChanged();
  };
  const setEnabled = async ({ webhookUid }: Subscription, enabled: boolean): Promise<void> => {
    await api.PATCH('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks/{webhookUid}', {
      params: { path: { ...path, webhookUid } },
      body: { enabled },
    });
    reload();
  };
  const remove = async ({ webhookUid }: Subscription): Promise<void> => {
    await api.DELETE('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks/{webhookUid}', {
      params: { path: { ...path, webhookUid } },
    });
    reload();
  };
  return (
    <section class="card stack" aria-labelledby="subscriptions">
      <h2 id="subscriptions">{t('subscriptions.title')}</h2>
      {pages.items.length === 0 && !pages.isLoading && pages.error === undefined && (
        <Empty title={t('subscriptions.empty')} />
      )}
      <ul class="stories subscriptions">
        {pages.items.map((subscription) => (
          <SubscriptionRow
            key={subscription.webhookUid}
            subscription={subscription}
            onSwitch={() => setEnabled(subscription, !subscription.enabled)}
            onRemove={() => askToRemove(subscription)}
          />
        ))}
      </ul>
      <LoadMore pages={pages} />
      {!readOnly && (
        <div class="row">
          <Button onClick={() => add(true)}>{t('subscriptions.add')}</Button>
        </div>
      )}
      {isAdding && (
        <AddSubscriptions
          uid={uid}
          present={pages.items.map(({ action }) => action)}
          onClose={() => {
            add(false);
            reload();
          }}
        />
      )}
      {removed && (
        <Confirm
          title={t('subscriptions.removeTitle')}
          action={t('subscriptions.removeAction', { action: removed.action })}
          isDanger
          onConfirm={() => remove(removed)}
          onClose={() => askToRemove(undefined)}
        >
          <p>{t('subscriptions.removeExplanation', { action: removed.action })}</p>
        </Confirm>
      )}
    </section>
  );
}

interface SubscriptionRowProps {
  readonly subscription: Subscription;
  readonly onSwitch: () => Promise<void>;
  readonly onRemove: () => void;
}

function SubscriptionRow({ subscription, onSwitch, onRemove }: SubscriptionRowProps) {
  const { t, readOnly } = usePortal();
  const { action, ordered, enabled } = subscription;
  const verb = enabled ? 'switchOff' : 'switchOn';
  return (
    <li>
      <code>{action}</code>
      <span class="row">
        {action === '*' && <Badge tone="warn">{t('subscriptions.everything')}</Badge>}
        {ordered && <span class="muted">{t('subscriptions.ordered')}</span>}
        {!enabled && <Badge tone="neutral">{t('subscriptions.off')}</Badge>}
      </span>
      {!readOnly && (
        <>
          <Button aria-label={t(`subscriptions.${verb}Action`, { action })} onClick={onSwitch}>
            {t(`subscriptions.${verb}`)}
          </Button>
          <Button aria-label={t('subscriptions.removeAction', { action })} onClick={onRemove}>
            {t('subscriptions.remove')}
          </Button>
        </>
      )}
    </li>
  );
}
