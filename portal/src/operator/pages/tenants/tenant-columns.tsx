import type { ListedTenant } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { Badge } from '../../../parts/badge.tsx';
import type { Column } from '../../../parts/virtual-table.tsx';

/** The columns of the list of tenants. Narrow screens show only the tenant, its backlog, and whether an endpoint fails. */
export function useTenantColumns(): readonly Column<ListedTenant>[] {
  const { t, formats } = usePortal();
  const count = (
    key: 'pending' | 'transports' | 'paused' | 'disabled' | 'delivered' | 'failed' | 'missed',
    header: string,
    isExtra = true,
  ): Column<ListedTenant> => ({ key, header, isExtra, cell: (tenant) => formats.number(tenant[key]) });
  return [
    { key: 'tenant', header: t('operator.tenant'), cell: ({ tenantUid }) => tenantUid },
    count('pending', t('status.PENDING'), false),
    {
      key: 'failing',
      header: t('operator.failingCount'),
      cell: ({ failing }) =>
        failing === 0 ? formats.number(0) : <Badge tone="bad">{formats.number(failing)}</Badge>,
    },
    count('transports', t('nav.endpoints')),
    count('paused', t('endpointState.PAUSED')),
    count('disabled', t('endpointState.DISABLED')),
    count('delivered', t('operator.deliveredOfDay')),
    count('failed', t('operator.failedOfDay')),
    count('missed', t('operator.missedOfDay')),
  ];
}
