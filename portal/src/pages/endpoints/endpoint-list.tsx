import type { Endpoint } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { useSettled } from '../../app/use-settled.ts';
import { useTypedQuery } from '../../app/use-typed-query.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { EndpointBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { VirtualTable, type Column } from '../../parts/virtual-table.tsx';
import { SuccessRateOf } from './success-rate.tsx';

const PAGE_SIZE = 100;
const STATES = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;

/** All endpoints with their state and their success rate. */
export function EndpointList() {
  const { api, t, readOnly } = usePortal();
  const { tenantUid, query, setQuery, go } = useNavigation();
  const typed = useTypedQuery();
  const { search = '', state = '' } = query;
  const filters = useSettled(JSON.stringify({ search, state }));
  const pages = usePages(
    async (cursor, signal) => {
      const wanted = JSON.parse(filters) as { search: string; state: string };
      const pageNumber = Number(cursor ?? 1);
      const known = STATES.find((name) => name === wanted.state);
      const { data } = await api.GET('/tenants/{tenantUid}/httptransports', {
        params: {
          path: { tenantUid },
          query: {
            pageNumber,
            pageSize: PAGE_SIZE,
            ...(known && { state: known }),
            ...(wanted.state === 'failing' && { failing: 'true' as const }),
            ...(wanted.search && { search: wanted.search }),
          },
        },
        signal,
      });
      const isLast = pageNumber * PAGE_SIZE >= data!.paging.totalCount;
      return { items: data!.items, next: isLast ? null : String(pageNumber + 1) };
    },
    ({ httpTransportUid }) => httpTransportUid,
    [api, tenantUid, filters],
  );
  const columns: Column<Endpoint>[] = [
    {
      key: 'name',
      header: t('endpoints.name'),
      cell: ({ httpTransportUid, name }) => <Link to={['endpoints', httpTransportUid]}>{name}</Link>,
    },
    { key: 'state', header: t('endpoints.state'), cell: (endpoint) => <EndpointBadge endpoint={endpoint} /> },
    {
      key: 'rate',
      header: t('endpoints.successRate'),
      isExtra: true,
      cell: ({ httpTransportUid }) => <SuccessRateOf uid={httpTransportUid} />,
    },
    {
      key: 'failing',
      header: t('endpoints.failingSince'),
      isExtra: true,
      cell: ({ failingSince }) => (failingSince ? <Time at={failingSince} relative /> : '–'),
    },
    {
      key: 'url',
      header: t('endpoints.url'),
      isExtra: true,
      cell: ({ url }) => (
        <span class="url" title={url}>
          {url}
        </span>
      ),
    },
  ];
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.endpoints')}</h1>
        {!readOnly && (
          <Button kind="primary" onClick={() => go(['endpoints', '+new'])}>
            {t('endpoints.create')}
          </Button>
        )}
      </header>
      <FilterBox count={[search, state].filter(Boolean).length}>
        <TextField type="search" label={t('endpoints.search')} {...typed('search')} />
        <SelectField
          label={t('endpoints.state')}
          value={state}
          options={[
            { value: '', label: t('endpoints.anyState') },
            ...STATES.map((name) => ({ value: name, label: t(`endpointState.${name}`) })),
            { value: 'failing', label: t('endpointState.failing') },
          ]}
          onChange={(value) => setQuery({ state: value })}
        />
      </FilterBox>
      {pages.items.length > 0 ? (
        <div class="endpoint-table">
          <VirtualTable
            caption={t('nav.endpoints')}
            columns={columns}
            items={pages.items}
            keyOf={({ httpTransportUid }) => httpTransportUid}
            onEnd={pages.loadMore}
            isLoading={pages.isLoading}
          />
        </div>
      ) : (
        !pages.isLoading &&
        pages.error === undefined && (
          <Empty title={search || state ? t('endpoints.noneMatch') : t('endpoints.empty')}>
            {!search && !state && <p>{t('endpoints.emptyHint')}</p>}
          </Empty>
        )
      )}
      <LoadMore pages={pages} />
    </>
  );
}
