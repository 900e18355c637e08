import type { Endpoint } from '../../api/types.ts';
import { Link } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Uid } from '../../parts/copy.tsx';
import { EndpointBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { SuccessRate } from './success-rate.tsx';
import { useDayStatistics } from './use-day-statistics.ts';

/** How often the statistics are read again, in ms. */
const POLL_MS = 30_000;

/** The state of an endpoint, with ways to its deliveries. */
export function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  const { t, readOnly } = usePortal();
  const { httpTransportUid, failingSince, url } = endpoint;
  const statistics = useDayStatistics(httpTransportUid, POLL_MS);
  const failed = statistics?.total.failed ?? 0;
  return (
    <dl class="facts endpoint-facts">
      <dt>{t('endpoints.state')}</dt>
      <dd class="row">
        <EndpointBadge endpoint={endpoint} />
        {failingSince && (
          <span class="muted">
            {t('endpoints.failingSince')} <Time at={failingSince} />
          </span>
        )}
        {failed > 0 && (
          <Link to={['deliveries']} query={{ endpoint: httpTransportUid, status: 'FAILED' }}>
            {t('endpoints.failedDeliveries', { count: failed })}
          </Link>
        )}
      </dd>
      <dt>{t('endpoints.url')}</dt>
      <dd>{url}</dd>
      <dt>{t('endpoints.uid')}</dt>
      <dd>
        <Uid value={httpTransportUid} />
      </dd>
      <dt>{t('endpoints.successRate')}</dt>
      <dd>
        <SuccessRate statistics={statistics} />
      </dd>
      <dt>{t('nav.deliveries')}</dt>
      <dd class="row">
        <Link class="button" to={['deliveries']} query={{ endpoint: httpTransportUid }}>
          {t('endpoints.itsDeliveries')}
        </Link>
        {!readOnly && (
          <Link class="button" to={['recoveries']} query={{ endpoint: httpTransportUid, start: '1' }}>
            {t('recovery.start')}
          </Link>
        )}
      </dd>
    </dl>
  );
}
