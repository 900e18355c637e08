import type { ListedEvent } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useSettled } from '../../app/use-settled.ts';
import { useTypedQuery } from '../../app/use-typed-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Empty } from '../../parts/empty.tsx';
import { TextField } from '../../parts/field.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { Time } from '../../parts/time.tsx';
import { VirtualTable, type Column } from '../../parts/virtual-table.tsx';
import { ActionField } from '../catalog/action-field.tsx';

/** Events, newest first, also those that nobody subscribes to. */
export function EventList() {
  const { api, t } = usePortal();
  const { tenantUid, query } = useNavigation();
  const typed = useTypedQuery();
  const { action = '', reference = '' } = query;
  const filters = useSettled(JSON.stringify({ action: action.toUpperCase(), reference }));
  const pages = usePages(
    async (cursor, signal) => {
      const wanted = JSON.parse(filters) as { action: string; reference: string };
      const { data } = await api.GET('/tenants/{tenantUid}/webhookevents', {
        params: {
          path: { tenantUid },
          query: {
            pageSize: 50,
            ...(cursor !== null && { cursor }),
            ...(wanted.action && { action: wanted.action }),
            ...(wanted.reference && { reference: wanted.reference }),
          },
        },
        signal,
      });
      return { items: data!.items, next: data!.paging.nextCursor };
    },
    ({ eventUid }) => eventUid,
    [api, tenantUid, filters],
  );
  const columns: Column<ListedEvent>[] = [
    {
      key: 'action',
      header: t('deliveries.action'),
      cell: ({ eventUid, action: name }) => <Link to={['events', eventUid]}>{name}</Link>,
    },
    {
      key: 'outcome',
      header: t('events.outcome'),
      cell: ({ fannedOut, hasDeliveries }) =>
        !fannedOut ? (
          <Badge tone="info">{t('events.waiting')}</Badge>
        ) : hasDeliveries ? (
          <Badge tone="info">{t('events.hasDeliveries')}</Badge>
        ) : (
          <Badge tone="neutral">{t('events.noDeliveries')}</Badge>
        ),
    },
    {
      key: 'order',
      header: t('events.orderingKey'),
      isExtra: true,
      cell: ({ orderingKey }) => orderingKey ?? '–',
    },
    { key: 'time', header: t('events.occurred'), cell: ({ occurredAt }) => <Time at={occurredAt} /> },
  ];
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.events')}</h1>
      </header>
      <FilterBox count={[action, reference].filter(Boolean).length}>
        <ActionField {...typed('action')} />
        <TextField label={t('events.reference')} hint={t('events.referenceHint')} {...typed('reference')} />
      </FilterBox>
      {pages.items.length > 0 ? (
        <VirtualTable
          caption={t('nav.events')}
          columns={columns}
          items={pages.items}
          keyOf={({ eventUid }) => eventUid}
          onEnd={pages.loadMore}
          isLoading={pages.isLoading}
        />
      ) : (
        !pages.isLoading &&
        pages.error === undefined && (
          <Empty title={t(pages.hasMore ? 'events.noneSoFar' : 'events.empty')}>
            {!pages.hasMore && t('events.emptyHint')}
          </Empty>
        )
      )}
      <LoadMore pages={pages} />
    </>
  );
}
