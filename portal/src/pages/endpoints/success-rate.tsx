import { useQuery } from '../../api/use-query.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { pause } from '../../app/pause.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';

const DAY_MS = 86_400_000;
/** Rows that pass by while somebody scrolls are gone earlier and are not read: the list itself would have to wait for them. */
const STAYS_MS = 150;

/** The share of an endpoint's deliveries that succeeded, hour by hour of the last day. Only visible rows read it. */
export function SuccessRate({ uid }: { uid: string }) {
  const { api, t, formats } = usePortal();
  const { tenantUid } = useNavigation();
  const statistics = useQuery(
    async (signal) => {
      await pause(STAYS_MS, signal);
      const to = Date.now();
      const { data } = await api.GET('/tenants/{tenantUid}/webhookstatistics', {
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
      return data!;
    },
    [api, tenantUid, uid],
  );
  if (!statistics.data) return <span class="muted">…</span>;
  const { total, items } = statistics.data;
  const ended = total.delivered + total.failed;
  if (ended === 0) return <span class="muted">{t('endpoints.noDeliveries')}</span>;
  const rate = formats.percent(total.delivered / ended);
  const values = items.map(({ delivered, failed }) =>
    delivered + failed === 0 ? null : delivered / (delivered + failed),
  );
  return (
    <span class="row-start">
      {rate} <Sparkline values={values} label={t('endpoints.rateOfDay', { rate })} />
    </span>
  );
}
