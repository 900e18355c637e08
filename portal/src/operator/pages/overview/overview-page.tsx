import { useQuery } from '../../../api/use-query.ts';
import { useNavigation } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { Charts } from '../../../pages/overview/charts.tsx';
import { RANGES, rangeOf } from '../../../pages/overview/ranges.ts';
import { Loading } from '../../../parts/empty.tsx';
import { SelectField } from '../../../parts/field.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { BacklogFigures, OutcomeFigures } from './figures.tsx';
import { Processes } from './processes.tsx';
import { TopFailing } from './top-failing.tsx';

/** How often the figures are read again, in ms. */
const POLL_MS = 15_000;

/** All tenants together: failing endpoints, the backlog, outcomes of deliveries, and the processes that work. */
export default function OverviewPage() {
  const { api, t } = usePortal();
  const { query, setQuery } = useNavigation();
  const range = rangeOf(query['range']);
  const statistics = useQuery(
    async (signal) => {
      const to = Date.now();
      const { data } = await api.GET('/webhookoperations/statistics', {
        params: {
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
    [api, range.key],
    { pollMs: POLL_MS },
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.overview')}</h1>
        <SelectField
          label={t('overview.range')}
          value={range.key}
          options={RANGES.map(({ key }) => ({ value: key, label: t(`overview.range.${key}`) }))}
          onChange={(key) => setQuery({ range: key })}
        />
      </header>
      <TopFailing />
      <BacklogFigures pending={statistics.data?.pending ?? null} />
      {statistics.data ? (
        <>
          <OutcomeFigures total={statistics.data.total} />
          <Charts statistics={statistics.data} />
        </>
      ) : (
        statistics.error === undefined && <Loading rows={8} label={t('common.loading')} />
      )}
      {statistics.error !== undefined && <Problem error={statistics.error} onRetry={statistics.reload} />}
      <Processes />
    </>
  );
}
