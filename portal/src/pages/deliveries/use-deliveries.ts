import { useEffect } from 'preact/hooks';
import type { Delivery } from '../../api/types.ts';
import { usePages, type Pages } from '../../api/use-pages.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { useSettled } from '../../app/use-settled.ts';
import { filtersOf } from './filters.ts';

const PAGE_SIZE = 50;
/** How often a live list looks for new deliveries, in ms. */
const TAIL_MS = 3_000;

/**
 * The deliveries that match the filters in the URL, newest first.
 *
 * @param isLive whether new ones, and changes of the newest ones, appear by themselves
 */
export function useDeliveries(isLive: boolean): Pages<Delivery> {
  const { api } = usePortal();
  const { tenantUid, query } = useNavigation();
  const filters = useSettled(JSON.stringify(filtersOf(query)));
  const load = async (cursor: string | null, signal: AbortSignal) => {
    const { data } = await api.GET('/tenants/{tenantUid}/deliveries', {
      params: {
        path: { tenantUid },
        query: {
          ...(JSON.parse(filters) as object),
          pageSize: PAGE_SIZE,
          ...(cursor !== null && { cursor }),
        },
      },
      signal,
    });
    return { items: data!.items, next: data!.paging.nextCursor };
  };
  const pages = usePages(load, ({ deliveryUid }) => deliveryUid, [api, tenantUid, filters]);
  const { mergeNewest } = pages;
  useEffect(() => {
    if (!isLive) return undefined;
    const controller = new AbortController();
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      // A failed look is repeated by the next one.
      load(null, controller.signal).then(
        ({ items }) => mergeNewest(items),
        () => undefined,
      );
    }, TAIL_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [isLive, api, tenantUid, filters, mergeNewest]);
  return pages;
}
