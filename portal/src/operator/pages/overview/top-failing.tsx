import { useQuery } from '../../../api/use-query.ts';
import { Link } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { EndpointBadge } from '../../../parts/status-badge.tsx';
import { Time } from '../../../parts/time.tsx';

const MOST_LISTED = 5;
const POLL_MS = 30_000;

/** The endpoints that have been failing for the longest time. An operator has to see them before anything else. */
export function TopFailing() {
  const { api, t } = usePortal();
  const found = useQuery(
    async (signal) =>
      (
        await api.GET('/webhookoperations/failingtransports', {
          params: { query: { pageSize: MOST_LISTED } },
          signal,
        })
      ).data!,
    [api],
    { pollMs: POLL_MS },
  );
  if (!found.data || found.data.items.length === 0) return null;
  return (
    <section class="notice" aria-labelledby="top-failing">
      <h2 id="top-failing">{t('operator.topFailing')}</h2>
      <ul class="stack">
        {found.data.items.map((endpoint) => (
          <li key={`${endpoint.tenantUid}/${endpoint.httpTransportUid}`} class="row">
            <Link to={['endpoints', endpoint.tenantUid, endpoint.httpTransportUid]}>{endpoint.name}</Link>
            <span>{t('operator.ofTenant', { tenant: endpoint.tenantUid })}</span>
            <EndpointBadge endpoint={endpoint} />
            <span class="muted">
              {t('endpoints.failingSince')} <Time at={endpoint.failingSince} relative />
            </span>
          </li>
        ))}
      </ul>
      {found.data.paging.nextCursor !== null && (
        <Link class="button" to={['endpoints']}>
          {t('operator.allFailing')}
        </Link>
      )}
    </section>
  );
}
