import { useQuery, type Query } from '../../api/use-query.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';

/**
 * The pattern of the oldest subscription of an endpoint: a receiver may refuse events of other types. Null if it has none.
 *
 * @param revision changes whenever the subscriptions may have changed
 */
export function useFirstPattern(uid: string, revision: number): Query<string | null> {
  const { api } = usePortal();
  const { tenantUid } = useNavigation();
  return useQuery<string | null>(
    async (signal) => {
      const { data } = await api.GET('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
        params: {
          path: { tenantUid, httpTransportUid: uid },
          query: { pageSize: 1, sortBy: 'createdAt', sortDirection: 'ASC' },
        },
        signal,
      });
      return data!.items[0]?.action ?? null;
    },
    [api, tenantUid, uid, revision],
  );
}
