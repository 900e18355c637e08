import { useState } from 'preact/hooks';
import type { DeliveryDetails } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useToast } from '../../parts/toasts.tsx';

interface RedeliverProps {
  readonly delivery: DeliveryDetails;
  readonly onRequested: () => void;
}

/** Sends a delivery again, and reports that it is queued. The outcome appears in the timeline. */
export function Redeliver({ delivery, onRequested }: RedeliverProps) {
  const { api, t, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const say = useToast();
  const [error, setError] = useState<unknown>();
  if (readOnly) return null;
  if (delivery.event.body === null) return <p>{t('delivery.payloadGone')}</p>;
  const redeliver = async (): Promise<void> => {
    try {
      setError(undefined);
      await api.POST('/tenants/{tenantUid}/deliveries/{deliveryUid}/redeliver', {
        params: { path: { tenantUid, deliveryUid: delivery.deliveryUid } },
      });
      say(t('redeliver.queued'));
      onRequested();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <>
      {error !== undefined && <Problem error={error} />}
      <Button kind="primary" onClick={redeliver}>
        {t('redeliver.one')}
      </Button>
    </>
  );
}
