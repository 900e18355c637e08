import { useNavigation } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { EndpointDrawer } from './endpoint-drawer.tsx';
import { FailingList } from './failing-list.tsx';
import { OpenEndpoint } from './open-endpoint.tsx';
import { keyOf, useFailing } from './use-failing.ts';

/** The failing endpoints of all tenants, and a way to any other endpoint. */
export default function EndpointsPage() {
  const { t } = usePortal();
  const { path, go } = useNavigation();
  const pages = useFailing();
  const [, tenantUid, httpTransportUid] = path;
  const place = tenantUid && httpTransportUid ? { tenantUid, httpTransportUid } : undefined;
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.endpoints')}</h1>
      </header>
      <OpenEndpoint />
      <FailingList pages={pages} />
      {place && (
        <EndpointDrawer
          key={keyOf(place)}
          place={place}
          listed={pages.items.find((item) => keyOf(item) === keyOf(place))}
          onChanged={pages.reload}
          onClose={() => go(['endpoints'])}
        />
      )}
    </>
  );
}
