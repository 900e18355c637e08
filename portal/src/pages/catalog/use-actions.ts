import type { Action } from '../../api/types.ts';
import { useQuery, type Query } from '../../api/use-query.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';

const PAGE_SIZE = 100;

/**
 * All actions of the catalog. A catalog has at most a few hundred, so all pages are loaded. Notifications about endpoints have
 * descriptions of the portal, in its language and with its words; those of other actions are the host's.
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
