import type { FailingEndpoint } from '../../../api/types.ts';
import { usePages, type Pages } from '../../../api/use-pages.ts';
import { usePortal } from '../../../app/portal-context.tsx';

const PAGE_SIZE = 50;

/** An endpoint of any tenant. */
export interface EndpointPlace {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
}

/** Identifies an endpoint among those of all tenants. */
export const keyOf = ({ tenantUid, httpTransportUid }: EndpointPlace): string =>
  JSON.stringify([tenantUid, httpTransportUid]);

/** The failing endpoints of all tenants, those that have been failing for the longest time first. */
export function useFailing(): Pages<FailingEndpoint> {
  const { api } = usePortal();
  return usePages(
    async (cursor, signal) => {
      const { data } = await api.GET('/webhookoperations/failingtransports', {
        params: { query: { pageSize: PAGE_SIZE, ...(cursor !== null && { cursor }) } },
        signal,
      });
      return { items: data!.items, next: data!.paging.nextCursor };
    },
    keyOf,
    [api],
  );
}
