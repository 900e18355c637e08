import type { Lane } from '../../../api/types.ts';
import { usePages } from '../../../api/use-pages.ts';
import { useNavigation } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { Button } from '../../../parts/button.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { SelectField } from '../../../parts/field.tsx';
import { FilterBox } from '../../../parts/filter-box.tsx';
import { LoadMore } from '../../../parts/load-more.tsx';
import { VirtualTable } from '../../../parts/virtual-table.tsx';
import { searchPage } from '../search-page.ts';
import { useLaneColumns } from './lane-columns.tsx';

const PAGE_SIZE = 100;
const STATES = ['FREE', 'HELD', 'EXPIRED'] as const;

/** The queues of endpoints that have work, with the process that holds each: those that wait for a process come first. */
export default function LanesPage() {
  const { api, t } = usePortal();
  const { query, setQuery } = useNavigation();
  const columns = useLaneColumns();
  const state = STATES.find((name) => name === query['state']);
  const pages = usePages<Lane>(
    (cursor, signal) =>
      searchPage(async (after) => {
        const { data } = await api.GET('/webhookoperations/lanes', {
          params: {
            query: {
              pageSize: PAGE_SIZE,
              ...(after !== null && { cursor: after }),
              ...(state && { state }),
            },
          },
          signal,
        });
        return { items: data!.items, next: data!.paging.nextCursor };
      }, cursor),
    keyOf,
    [api, state],
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.lanes')}</h1>
        <Button kind="quiet" onClick={pages.reload}>
          {t('deliveries.reload')}
        </Button>
      </header>
      <p class="muted">{t('operator.lanesHint')}</p>
      <FilterBox count={state ? 1 : 0}>
        <SelectField
          label={t('endpoints.state')}
          value={state ?? ''}
          options={[
            { value: '', label: t('endpoints.anyState') },
            ...STATES.map((name) => ({ value: name, label: t(`laneState.${name}`) })),
          ]}
          onChange={(value) => setQuery({ state: value })}
        />
      </FilterBox>
      {pages.items.length > 0 ? (
        <VirtualTable
          caption={t('nav.lanes')}
          columns={columns}
          items={pages.items}
          keyOf={keyOf}
          onEnd={pages.loadMore}
          isLoading={pages.isLoading}
        />
      ) : (
        !pages.isLoading &&
        pages.error === undefined &&
        !pages.hasMore && <Empty title={t('operator.noLanes')} />
      )}
      <LoadMore pages={pages} />
    </>
  );
}

/** Lanes of deleted endpoints have no uid, but each has its own due date. */
const keyOf = ({ tenantUid, httpTransportUid, oldestDueAt }: Lane): string =>
  JSON.stringify(httpTransportUid === null ? [tenantUid, null, oldestDueAt] : [tenantUid, httpTransportUid]);
