import type { Lane } from '../../../api/types.ts';
import { Link } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { Badge, type Tone } from '../../../parts/badge.tsx';
import { Time } from '../../../parts/time.tsx';
import type { Column } from '../../../parts/virtual-table.tsx';

const TONES: Readonly<Record<Lane['state'], Tone>> = { HELD: 'good', FREE: 'info', EXPIRED: 'bad' };

/** The columns of the list of lanes. Narrow screens show only the endpoint, and whether a process holds the lane. */
export function useLaneColumns(): readonly Column<Lane>[] {
  const { t, formats } = usePortal();
  const time = (at: string | null) => (at === null ? '–' : <Time at={at} relative />);
  return [
    {
      key: 'endpoint',
      header: t('deliveries.endpoint'),
      cell: ({ tenantUid, httpTransportUid }) =>
        httpTransportUid === null ? (
          t('operator.deleted')
        ) : (
          <Link to={['endpoints', tenantUid, httpTransportUid]}>{httpTransportUid}</Link>
        ),
    },
    { key: 'tenant', header: t('operator.tenant'), cell: ({ tenantUid }) => tenantUid },
    {
      key: 'state',
      header: t('endpoints.state'),
      cell: ({ state }) => <Badge tone={TONES[state]}>{t(`laneState.${state}`)}</Badge>,
    },
    {
      key: 'holder',
      header: t('operator.process'),
      isExtra: true,
      cell: ({ holder }) => (holder === null ? '–' : <span title={holder}>{holder}</span>),
    },
    {
      key: 'oldest',
      header: t('operator.oldestDueAt'),
      isExtra: true,
      cell: (lane) => time(lane.oldestDueAt),
    },
    {
      key: 'claim',
      header: t('operator.claimOrLease'),
      isExtra: true,
      cell: ({ claimAt, leaseUntil }) => time(claimAt ?? leaseUntil),
    },
    {
      key: 'blocked',
      header: t('operator.blockedUntil'),
      isExtra: true,
      cell: ({ blockedUntil }) => time(blockedUntil),
    },
    {
      key: 'crashes',
      header: t('operator.crashes'),
      isExtra: true,
      cell: ({ crashes }) => formats.number(crashes),
    },
  ];
}
