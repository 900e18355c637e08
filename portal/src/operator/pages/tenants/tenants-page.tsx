import type { ListedTenant } from '../../../api/types.ts';
import { usePages } from '../../../api/use-pages.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { useSettled } from '../../../app/use-settled.ts';
import { useTypedQuery } from '../../../app/use-typed-query.ts';
import { Empty } from '../../../parts/empty.tsx';
import { TextField } from '../../../parts/field.tsx';
import { FilterBox } from '../../../parts/filter-box.tsx';
import { LoadMore } from '../../../parts/load-more.tsx';
import { VirtualTable } from '../../../parts/virtual-table.tsx';
import { searchPage } from '../search-page.ts';
import { minPendingOf } from './min-pending.ts';
import { useTenantColumns } from './tenant-columns.tsx';

const PAGE_SIZE = 100;

/** All tenants with their backlog, and how their deliveries of the last day ended. */
export default function TenantsPage() {
  const { api, t } = usePortal();
  const columns = useTenantColumns();
  const typed = useTypedQuery()('minPending');
  const minPending = useSettled(minPendingOf(typed.value) ?? undefined);
  const pages = usePages<ListedTenant>(
    (cursor, signal) =>
      searchPage(async (after) => {
        const { data } = await api.GET('/webhookoperations/tenants', {
          params: {
            query: {
              pageSize: PAGE_SIZE,
              ...(after !== null && { cursor: after }),
              ...(minPending !== undefined && { minPending }),
            },
          },
          signal,
        });
        return { items: data!.items, next: data!.paging.nextCursor };
      }, cursor),
    ({ tenantUid }) => tenantUid,
    [api, minPending],
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.tenants')}</h1>
      </header>
      <FilterBox count={typed.value === '' ? 0 : 1}>
        <TextField
          inputMode="numeric"
          label={t('operator.minPending')}
          hint={t('operator.minPendingHint')}
          error={minPendingOf(typed.value) === null ? t('operator.minPendingInvalid') : undefined}
          {...typed}
        />
      </FilterBox>
      {pages.items.length > 0 ? (
        <VirtualTable
          caption={t('nav.tenants')}
          columns={columns}
          items={pages.items}
          keyOf={({ tenantUid }) => tenantUid}
          onEnd={pages.loadMore}
          isLoading={pages.isLoading}
        />
      ) : (
        !pages.isLoading &&
        pages.error === undefined &&
        !pages.hasMore && (
          <Empty title={t(minPending === undefined ? 'operator.noTenants' : 'operator.noneMatches')} />
        )
      )}
      <LoadMore pages={pages} />
    </>
  );
}
