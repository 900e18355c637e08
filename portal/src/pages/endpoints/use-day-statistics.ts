import type { Statistics } from '../../api/types.ts';
import { useQuery } from '../../api/use-query.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { pause } from '../../app/pause.ts';
import { usePortal } from '../../app/portal-context.tsx';

const DAY_MS = 86_400_000;
/**
 * How long a row has to stay before its statistics are read, in ms. Rows that pass by while somebody scrolls are gone before:
 * reading them all would delay the list itself.
 */
const STAYS_MS = 150;

/**
 * The counts of an endpoint's deliveries, hour by hour of the last 24 hours.
 *
 * @param pollMs as of `useQuery`
 * @returns undefined until they are loaded
 */
export function useDayStatistics(uid: string, pollMs?: number): Statistics | undefined {
  const { api } = usePortal();
  const { tenantUid } = useNavigation();
  const { data } = useQuery(
    async (signal) => {
      await pause(STAYS_MS, signal);
      const to = Date.now();
      const response = await api.GET('/tenants/{tenantUid}/webhookstatistics', {
        params: {
          path: { tenantUid },
          query: {
            from: new Date(to - DAY_MS).toISOString(),
            to: new Date(to).toISOString(),
            bucket: 'hour',
            httpTransportUid: uid,
          },
        },
        signal,
      });
      return response.data!;
    },
    [api, tenantUid, uid],
    { pollMs },
  );
  return data;
}
