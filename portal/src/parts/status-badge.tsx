import type { DeliveryStatus, Endpoint } from '../api/types.ts';
import { usePortal } from '../app/portal-context.tsx';
import { Badge, type Tone } from './badge.tsx';

const TONES: Readonly<Record<DeliveryStatus, Tone>> = {
  PENDING: 'info',
  DELIVERED: 'good',
  FAILED: 'bad',
  MISSED: 'warn',
  CANCELLED: 'neutral',
};

/** The status of a delivery. */
export function StatusBadge({ status }: { status: DeliveryStatus }) {
  const { t } = usePortal();
  return <Badge tone={TONES[status]}>{t(`status.${status}`)}</Badge>;
}

/** The state of an endpoint; an active one that fails says so. */
export function EndpointBadge({ endpoint }: { endpoint: Pick<Endpoint, 'state' | 'failingSince'> }) {
  const { t } = usePortal();
  if (endpoint.state === 'DISABLED') return <Badge tone="bad">{t('endpointState.DISABLED')}</Badge>;
  if (endpoint.state === 'PAUSED') return <Badge tone="warn">{t('endpointState.PAUSED')}</Badge>;
  if (endpoint.failingSince !== null) return <Badge tone="bad">{t('endpointState.failing')}</Badge>;
  return <Badge tone="good">{t('endpointState.ACTIVE')}</Badge>;
}
