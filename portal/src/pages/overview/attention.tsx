import { useQuery } from '../../api/use-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Time } from '../../parts/time.tsx';

/** Maximum number of disabled, of failing and of paused endpoints that are listed by name. The list of endpoints shows all. */
const MOST_LISTED = 5;

/** Endpoints that are disabled, failing or paused. A user has to see them before anything else. */
export function Attention() {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const found = useQuery(
    async (signal) => {
      const list = async (query: { state?: 'DISABLED' | 'PAUSED'; failing?: 'true' }) =>
        (
          await api.GET('/tenants/{tenantUid}/httptransports', {
            params: { path: { tenantUid }, query: { ...query, pageSize: MOST_LISTED } },
            signal,
          })
        ).data!;
      const [disabled, failing, paused] = await Promise.all([
        list({ state: 'DISABLED' }),
        list({ failing: 'true' }),
        list({ state: 'PAUSED' }),
      ]);
      return { disabled, failing, paused };
    },
    [api, tenantUid],
    { pollMs: 30_000 },
  );
  if (!found.data) return null;
  const { disabled, failing, paused } = found.data;
  const endpoints = [...disabled.items, ...failing.items, ...paused.items];
  if (endpoints.length === 0) return null;
  const hidden =
    disabled.paging.totalCount + failing.paging.totalCount + paused.paging.totalCount - endpoints.length;
  return (
    <section class="notice" aria-labelledby="attention">
      <h2 id="attention">{t('attention.title')}</h2>
      <ul class="stack">
        {endpoints.map((endpoint) => (
          <li key={endpoint.httpTransportUid}>
            <Link to={['endpoints', endpoint.httpTransportUid]}>{endpoint.name}</Link>{' '}
            {endpoint.state === 'ACTIVE' ? (
              <>
                {t('attention.failing')}{' '}
                {endpoint.failingSince && <Time at={endpoint.failingSince} relative />}
              </>
            ) : endpoint.state === 'PAUSED' ? (
              t('attention.paused')
            ) : (
              t('attention.disabled', { reason: t(`disabledReason.${endpoint.disabledReason ?? 'ADMIN'}`) })
            )}
          </li>
        ))}
      </ul>
      {hidden > 0 && <Link to={['endpoints']}>{t('attention.more', { count: hidden })}</Link>}
    </section>
  );
}
