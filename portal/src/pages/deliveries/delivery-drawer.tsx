import { useQuery } from '../../api/use-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Loading } from '../../parts/empty.tsx';
import { EndpointLink } from '../../parts/endpoint-name.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { Uid } from '../../parts/copy.tsx';
import { AttemptTimeline } from './attempt-timeline.tsx';
import { Exchange } from './exchange.tsx';
import { Redeliver } from './redeliver.tsx';

/** How often a delivery that is still pending is read again, in ms. */
const POLL_MS = 2_000;

/** One delivery: its event, its attempts with the responses, and the time of the next attempt. */
export function DeliveryDrawer({ deliveryUid, onClose }: { deliveryUid: string; onClose: () => void }) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const details = useQuery(
    async (signal) =>
      (
        await api.GET('/tenants/{tenantUid}/deliveries/{deliveryUid}', {
          params: { path: { tenantUid, deliveryUid } },
          signal,
        })
      ).data!,
    [api, tenantUid, deliveryUid],
    { pollMs: POLL_MS },
  );
  const delivery = details.data;
  return (
    <Dialog
      title={t('delivery.title')}
      kind="drawer"
      onClose={onClose}
      actions={delivery && <Redeliver delivery={delivery} onRequested={details.reload} />}
    >
      {details.error !== undefined && <Problem error={details.error} onRetry={details.reload} />}
      {!delivery && details.error === undefined && <Loading rows={8} label={t('common.loading')} />}
      {delivery && (
        <>
          <dl class="facts">
            <dt>{t('deliveries.status')}</dt>
            <dd>
              <StatusBadge status={delivery.status} />{' '}
              {delivery.reason && <span class="muted">{t(`reason.${delivery.reason}`)}</span>}
            </dd>
            <dt>{t('deliveries.action')}</dt>
            <dd>{delivery.action}</dd>
            <dt>{t('deliveries.endpoint')}</dt>
            <dd>
              <EndpointLink uid={delivery.httpTransportUid} />
            </dd>
            <dt>{t('deliveries.event')}</dt>
            <dd>
              <Link to={['events', delivery.eventUid]}>{t('delivery.explainEvent')}</Link>{' '}
              <Uid value={delivery.eventUid} />
            </dd>
            <dt>{t('delivery.uid')}</dt>
            <dd>
              <Uid value={delivery.deliveryUid} />
            </dd>
            <dt>{t('deliveries.created')}</dt>
            <dd>
              <Time at={delivery.createdAt} />
            </dd>
            {delivery.finishedAt && (
              <>
                <dt>{t('delivery.ended')}</dt>
                <dd>
                  <Time at={delivery.finishedAt} />
                </dd>
              </>
            )}
          </dl>
          <AttemptTimeline delivery={delivery} />
          <Exchange delivery={delivery} />
        </>
      )}
    </Dialog>
  );
}
