import { useState } from 'preact/hooks';
import type { Subscription } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Empty } from '../../parts/empty.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ActionPicker } from './action-picker.tsx';
import type { Choice } from './action-choice.ts';

const PAGE_SIZE = 100;

/** The subscriptions of an endpoint. */
export function Subscriptions({ uid }: { uid: string }) {
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
  const setEnabled = async ({ webhookUid }: Subscription, enabled: boolean): Promise<void> => {
    await api.PATCH('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks/{webhookUid}', {
      params: { path: { ...path, webhookUid } },
      body: { enabled },
    });
    pages.reload();
  };
  const remove = async ({ webhookUid }: Subscription): Promise<void> => {
    await api.DELETE('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks/{webhookUid}', {
      params: { path: { ...path, webhookUid } },
    });
    pages.reload();
  };
  return (
    <section class="card stack" aria-labelledby="subscriptions">
      <h2 id="subscriptions">{t('subscriptions.title')}</h2>
      {pages.items.length === 0 && !pages.isLoading && pages.error === undefined && (
        <Empty title={t('subscriptions.empty')} />
      )}
      <ul class="stories">
        {pages.items.map((subscription) => (
          <li key={subscription.webhookUid} class="row">
            <code>{subscription.action}</code>
            {subscription.action === '*' && <Badge tone="warn">{t('subscriptions.everything')}</Badge>}
            {subscription.ordered && <span class="muted">{t('subscriptions.ordered')}</span>}
            {!subscription.enabled && <Badge tone="neutral">{t('subscriptions.off')}</Badge>}
            {!readOnly && (
              <>
                <Button kind="quiet" onClick={() => setEnabled(subscription, !subscription.enabled)}>
                  {subscription.enabled
                    ? t('subscriptions.switchOff', { action: subscription.action })
                    : t('subscriptions.switchOn', { action: subscription.action })}
                </Button>
                <Button kind="quiet" onClick={() => askToRemove(subscription)}>
                  {t('subscriptions.remove', { action: subscription.action })}
                </Button>
              </>
            )}
          </li>
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
            pages.reload();
          }}
        />
      )}
      {removed && (
        <Confirm
          title={t('subscriptions.removeTitle')}
          action={t('subscriptions.remove', { action: removed.action })}
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

interface AddSubscriptionsProps {
  readonly uid: string;
  readonly present: readonly string[];
  readonly onClose: () => void;
}

function AddSubscriptions({ uid, present, onClose }: AddSubscriptionsProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const [choice, choose] = useState<Choice>(new Set(present));
  const [error, setError] = useState<unknown>();
  const added = [...choice].filter((action) => !present.includes(action));
  const add = async (): Promise<void> => {
    try {
      setError(undefined);
      for (const action of added) {
        await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
          params: { path: { tenantUid, httpTransportUid: uid } },
          body: { action },
        });
      }
      onClose();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title={t('subscriptions.add')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" disabled={added.length === 0} onClick={add}>
            {t('subscriptions.addCount', { count: added.length })}
          </Button>
        </>
      }
    >
      <ActionPicker choice={choice} onChange={choose} />
      {error !== undefined && <Problem error={error} />}
    </Dialog>
  );
}
