import type { FailingEndpoint } from '../../../api/types.ts';
import type { Pages } from '../../../api/use-pages.ts';
import { Link } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { LoadMore } from '../../../parts/load-more.tsx';
import { EndpointBadge } from '../../../parts/status-badge.tsx';
import { Time } from '../../../parts/time.tsx';
import { VirtualTable, type Column } from '../../../parts/virtual-table.tsx';
import { keyOf } from './use-failing.ts';

/** Endpoints whose attempts have failed since their last success, the longest-failing first. */
export function FailingList({ pages }: { pages: Pages<FailingEndpoint> }) {
  const { t, formats } = usePortal();
  const columns: Column<FailingEndpoint>[] = [
    {
      key: 'name',
      header: t('endpoints.name'),
      cell: ({ tenantUid, httpTransportUid, name }) => (
        <Link to={['endpoints', tenantUid, httpTransportUid]}>{name}</Link>
      ),
    },
    { key: 'tenant', header: t('operator.tenant'), cell: ({ tenantUid }) => tenantUid },
    { key: 'state', header: t('endpoints.state'), cell: (endpoint) => <EndpointBadge endpoint={endpoint} /> },
    {
      key: 'since',
      header: t('endpoints.failingSince'),
      isExtra: true,
      cell: ({ failingSince }) => <Time at={failingSince} relative />,
    },
    {
      key: 'failed',
      header: t('operator.failedOfDay'),
      isExtra: true,
      cell: ({ failed, retried }) => formats.number(failed + retried),
    },
    { key: 'origin', header: t('operator.origin'), isExtra: true, cell: ({ origin }) => origin },
  ];
  return (
    <section class="stack" aria-labelledby="failing">
      <h2 id="failing">{t('operator.failing')}</h2>
      {pages.items.length > 0 ? (
        <VirtualTable
          caption={t('operator.failing')}
          columns={columns}
          items={pages.items}
          keyOf={keyOf}
          onEnd={pages.loadMore}
          isLoading={pages.isLoading}
        />
      ) : (
        !pages.isLoading && pages.error === undefined && <Empty title={t('operator.noFailing')} />
      )}
      <LoadMore pages={pages} />
    </section>
  );
}
