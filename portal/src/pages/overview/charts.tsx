import type { Statistics } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Plot } from '../../parts/plot.tsx';

/** Format of the labels of the axis, by the length of a bucket. Labels of hours contain the weekday: a period may be several days. */
const AXIS: Readonly<Record<Statistics['bucket'], Intl.DateTimeFormatOptions>> = {
  minute: { hour: '2-digit', minute: '2-digit' },
  hour: { weekday: 'short', hour: '2-digit', minute: '2-digit' },
  day: { month: 'short', day: 'numeric' },
};

/** Ended deliveries, and how long they took, over time. */
export function Charts({ statistics }: { statistics: Statistics }) {
  const { t, formats, language } = usePortal();
  const { items, bucket } = statistics;
  const axis = new Intl.DateTimeFormat(language, {
    ...AXIS[bucket],
    // Days are counted in UTC.
    timeZone: bucket === 'day' ? 'UTC' : formats.timeZone,
  });
  const labels = items.map(({ start }) => axis.format(new Date(start)));
  const counts = (['delivered', 'failed', 'missed'] as const).map((key) => ({
    key,
    label: t(`status.${key.toUpperCase()}`),
    values: items.map((item) => item[key]),
  }));
  const percentiles = (of: 'attemptMs' | 'deliveryMs') =>
    (['p50', 'p95', 'p99'] as const).map((key) => ({
      key,
      label: t(`overview.${key}`),
      values: items.map((item) => item[of]?.[key] ?? null),
    }));
  return (
    <div class="plots">
      <Plot title={t('overview.ended')} kind="bars" labels={labels} series={counts} format={formats.number} />
      <Plot
        title={t('overview.deliveryTime')}
        kind="lines"
        labels={labels}
        series={percentiles('deliveryMs')}
        format={formats.duration}
      />
      <Plot
        title={t('overview.attemptTime')}
        kind="lines"
        labels={labels}
        series={percentiles('attemptMs')}
        format={formats.duration}
      />
    </div>
  );
}
