import type { StatisticsTotal } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { useServiceState } from '../../service-state.tsx';

/**
 * The events and deliveries of all tenants that wait now.
 *
 * @param pending exact number of pending deliveries; null: it is not known yet
 */
export function BacklogFigures({ pending }: { pending: number | null }) {
  const { t, formats } = usePortal();
  const queue = useServiceState().overview?.queue;
  const bounded = (count: { value: number; isAtLeast: boolean } | undefined): string =>
    count ? `${formats.number(count.value)}${count.isAtLeast ? '+' : ''}` : '–';
  const age = (ms: number | null | undefined): string =>
    ms === null || ms === undefined ? '–' : formats.duration(ms);
  return (
    <ul class="figures" aria-label={t('operator.backlog')}>
      <Figure label={t('overview.pendingNow')} value={pending === null ? '–' : formats.number(pending)} />
      <Figure label={t('operator.due')} value={bounded(queue?.due)} />
      <Figure label={t('operator.oldestDue')} value={age(queue?.oldestDueMs)} />
      <Figure label={t('operator.unclaimed')} value={age(queue?.unclaimedMs)} />
      <Figure label={t('operator.unmatchedEvents')} value={bounded(queue?.events)} />
    </ul>
  );
}

/** The outcomes of the deliveries of the chosen period. */
export function OutcomeFigures({ total }: { total: StatisticsTotal }) {
  const { t, formats } = usePortal();
  const ended = total.delivered + total.failed;
  return (
    <ul class="figures" aria-label={t('overview.ended')}>
      <Figure label={t('status.DELIVERED')} value={formats.number(total.delivered)} />
      <Figure label={t('status.FAILED')} value={formats.number(total.failed)} />
      <Figure label={t('status.MISSED')} value={formats.number(total.missed)} />
      <Figure
        label={t('overview.successRate')}
        value={ended === 0 ? '–' : formats.percent(total.delivered / ended)}
      />
    </ul>
  );
}

const Figure = ({ label, value }: { label: string; value: string }) => (
  <li class="card">
    <span class="figure-label">{label}</span>
    <span class="figure-value">{value}</span>
  </li>
);
