import type { Statistics } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { useDayStatistics } from './use-day-statistics.ts';

/** The success rate of an endpoint in a row of a list. Only visible rows read it. */
export const SuccessRateOf = ({ uid }: { uid: string }) => <SuccessRate statistics={useDayStatistics(uid)} />;

/** The share of deliveries that succeeded, hour by hour. */
export function SuccessRate({ statistics }: { statistics: Statistics | undefined }) {
  const { t, formats } = usePortal();
  if (!statistics) return <span class="muted">…</span>;
  const { total, items } = statistics;
  const ended = total.delivered + total.failed;
  if (ended === 0) return <span class="muted">{t('endpoints.noDeliveries')}</span>;
  const rate = formats.percent(total.delivered / ended);
  const values = items.map(({ delivered, failed }) =>
    delivered + failed === 0 ? null : delivered / (delivered + failed),
  );
  return (
    <span class="row-start">
      {rate} <Sparkline values={values} label={t('endpoints.rateOfDay', { rate })} />
    </span>
  );
}
