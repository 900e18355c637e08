import { useState } from 'preact/hooks';
import type { Delivery } from '../../api/types.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { EndpointName } from '../../parts/endpoint-name.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { VirtualTable, type Column } from '../../parts/virtual-table.tsx';
import { BulkRedeliver } from './bulk-redeliver.tsx';
import { FILTER_NAMES } from './filters.ts';
import { useDeliveries } from './use-deliveries.ts';

/** Maximum number of deliveries of one request. */
const MOST_SELECTED = 100;

/** The deliveries, with a selection that can be sent again. */
export function DeliveryList() {
  const { t, readOnly } = usePortal();
  const { query } = useNavigation();
  const [isLive, setLive] = useState(true);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const pages = useDeliveries(isLive);
  const isFiltered = FILTER_NAMES.some((name) => query[name]);
  const toggle = (deliveryUid: string): void => {
    const next = new Set(selected);
    if (!next.delete(deliveryUid) && next.size < MOST_SELECTED) next.add(deliveryUid);
    select(next);
  };
  const columns: Column<Delivery>[] = [
    {
      key: 'status',
      header: t('deliveries.status'),
      cell: ({ deliveryUid, status }) => (
        <span class="row-start">
          {!readOnly && (
            <input
              type="checkbox"
              checked={selected.has(deliveryUid)}
              aria-label={t('deliveries.select', { uid: deliveryUid })}
              onChange={() => toggle(deliveryUid)}
            />
          )}
          <StatusBadge status={status} />
        </span>
      ),
    },
    {
      key: 'action',
      header: t('deliveries.action'),
      cell: ({ deliveryUid, action }) => (
        <Link to={['deliveries', deliveryUid]} query={query}>
          {action}
        </Link>
      ),
    },
    {
      key: 'endpoint',
      header: t('deliveries.endpoint'),
      isExtra: true,
      cell: (item) => <EndpointName uid={item.httpTransportUid} />,
    },
    {
      key: 'response',
      header: t('deliveries.response'),
      isExtra: true,
      cell: ({ lastStatusCode, lastErrorCode }) => lastStatusCode ?? lastErrorCode ?? '–',
    },
    { key: 'attempts', header: t('deliveries.attempts'), isExtra: true, cell: ({ attempts }) => attempts },
    { key: 'time', header: t('deliveries.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return (
    <section class="stack" aria-label={t('nav.deliveries')}>
      <div class="row">
        <label class="check">
          <input type="checkbox" checked={isLive} onChange={() => setLive(!isLive)} /> {t('deliveries.live')}
        </label>
        <Button kind="quiet" onClick={pages.reload}>
          {t('deliveries.reload')}
        </Button>
        {selected.size > 0 && (
          <BulkRedeliver
            deliveryUids={[...selected]}
            onDone={() => {
              select(new Set());
              pages.reload();
            }}
          />
        )}
      </div>
      {pages.items.length > 0 ? (
        <VirtualTable
          caption={t('nav.deliveries')}
          columns={columns}
          items={pages.items}
          keyOf={({ deliveryUid }) => deliveryUid}
          onEnd={pages.loadMore}
          isLoading={pages.isLoading}
        />
      ) : (
        !pages.isLoading &&
        pages.error === undefined && (
          <Empty
            title={t(
              pages.hasMore ? 'deliveries.noneSoFar' : isFiltered ? 'deliveries.empty' : 'deliveries.none',
            )}
          >
            {!pages.hasMore && !isFiltered && t('deliveries.emptyHint')}
          </Empty>
        )
      )}
      <LoadMore pages={pages} />
    </section>
  );
}
