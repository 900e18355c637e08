import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { DeliveryFilterBar } from './filter-bar.tsx';
import { DeliveryList } from './delivery-list.tsx';

/** The log of deliveries, and one of them in a drawer: `deliveries/dlv_…`. */
export default function DeliveriesPage() {
  const { t } = usePortal();
  const { path, query, go } = useNavigation();
  const deliveryUid = path[1];
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.deliveries')}</h1>
      </header>
      <DeliveryFilterBar />
      <DeliveryList />
      {deliveryUid && (
        <DeliveryDrawer
          key={deliveryUid}
          deliveryUid={deliveryUid}
          onClose={() => go(['deliveries'], query)}
        />
      )}
    </>
  );
}
