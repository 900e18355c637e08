import type { StatisticsTotal } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';

/** The counts of the period, each a link to the deliveries that it counts. */
export function Figures({ total }: { total: StatisticsTotal }) {
  const { api, t, formats } = usePortal();
  const { tenantUid } = useNavigation();
  const quotas = useQuery(
    async (signal) =>
      (await api.GET('/tenants/{tenantUid}/quotas', { params: { path: { tenantUid } }, signal })).data!,
    [api, tenantUid],
    { pollMs: 15_000 },
  );
  const pending = quotas.data?.pendingDeliveries;
  const ended = total.delivered + total.failed;
  return (
    <ul class="figures">
      <Figure label={t('status.DELIVERED')} value={formats.number(total.delivered)} status="DELIVERED" />
      <Figure label={t('status.FAILED')} value={formats.number(total.failed)} status="FAILED" />
      <Figure
        label={t('status.MISSED')}
        value={formats.number(total.missed)}
        status="MISSED"
        hint={t('overview.missedHint')}
      />
      <Figure
        label={t('overview.pendingNow')}
        value={pending ? `${formats.number(pending.used)}${pending.isAtLeast ? '+' : ''}` : '–'}
        status="PENDING"
      />
      <li class="card">
        <span class="figure-label">{t('overview.successRate')}</span>
        <span class="figure-value">{ended === 0 ? '–' : formats.percent(total.delivered / ended)}</span>
        <span class="figure-hint">{t('overview.successHint')}</span>
      </li>
    </ul>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly status: string;
  readonly hint?: string;
}

const Figure = ({ label, value, status, hint }: FigureProps) => (
  <li class="card">
    <Link to={['deliveries']} query={{ status }} class="figure-link">
      <span class="figure-label">{label}</span>
      <span class="figure-value">{value}</span>
      {hint && <span class="figure-hint">{hint}</span>}
    </Link>
  </li>
);
