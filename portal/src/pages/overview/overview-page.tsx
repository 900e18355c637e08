import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { useQuery } from '../../api/use-query.ts';
import { Loading } from '../../parts/empty.tsx';
import { SelectField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Attention } from './attention.tsx';
import { Charts } from './charts.tsx';
import { Figures } from './figures.tsx';
import { RANGES, rangeOf } from './ranges.ts';

/** How often the figures are read again, in ms. */
const POLL_MS = 15_000;

/** The endpoints that need attention, and the outcomes of recent deliveries. */
export default function OverviewPage() {
  const { api, t } = usePortal();
  const { tenantUid, query, setQuery } = useNavigation();
  const range = rangeOf(query['range']);
  const statistics = useQuery(
    async (signal) => {
      const to = Date.now();
      const { data } = await api.GET('/tenants/{tenantUid}/webhookstatistics', {
        params: {
          path: { tenantUid },
          query: {
            from: new Date(to - range.ms).toISOString(),
            to: new Date(to).toISOString(),
            bucket: range.bucket,
          },
        },
        signal,
      });
      return data!;
    },
    [api, tenantUid, range.key],
    { pollMs: POLL_MS },
  );
  return (
    <>
      <header class="page-header">
        <div>
          <h1>{t('nav.overview')}</h1>
          <p class="muted">{t('overview.intro')}</p>
        </div>
        <SelectField
          label={t('overview.range')}
          value={range.key}
          options={RANGES.map(({ key }) => ({ value: key, label: t(`overview.range.${key}`) }))}
          onChange={(key) => setQuery({ range: key })}
        />
      </header>
      <Attention />
      {statistics.data ? (
        <>
          <Figures total={statistics.data.total} />
          <Charts statistics={statistics.data} />
        </>
      ) : statistics.error === undefined ? (
        <Loading rows={8} label={t('common.loading')} />
      ) : null}
      {statistics.error !== undefined && <Problem error={statistics.error} onRetry={statistics.reload} />}
    </>
  );
}
