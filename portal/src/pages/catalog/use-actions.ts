import type { Action } from '../../api/types.ts';
import { useQuery, type Query } from '../../api/use-query.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';

const PAGE_SIZE = 100;

/**
 * All actions of the catalog. A catalog has at most a few hundred, so all pages are loaded. The descriptions of
 * notifications about endpoints are texts of the portal, in the user's language. All others come from the host's catalog.
 */
export function useActions(): Query<readonly Action[]> {
  const { api, t } = usePortal();
  const described = (action: Action): Action => {
    const text = t(`notification.${action.action}`);
    return text === action.action ? action : { ...action, description: text };
  };
  const { tenantUid } = useNavigation();
  return useQuery<readonly Action[]>(
    async (signal) => {
      const actions: Action[] = [];
      for (let pageNumber = 1; ; pageNumber += 1) {
        const { data } = await api.GET('/tenants/{tenantUid}/webhookactions', {
          params: { path: { tenantUid }, query: { pageNumber, pageSize: PAGE_SIZE } },
          signal,
        });
        actions.push(...data!.items.map(described));
        if (data!.items.length === 0 || actions.length >= data!.paging.totalCount) return actions;
      }
    },
    [api, tenantUid],
  );
}
