import { useState } from 'preact/hooks';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Dialog } from '../../parts/dialog.tsx';

interface BulkRedeliverProps {
  readonly deliveryUids: readonly string[];
  readonly onDone: () => void;
}

/** Sends selected deliveries again, and says for each whether it will be sent. */
export function BulkRedeliver({ deliveryUids, onDone }: BulkRedeliverProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const [isAsking, ask] = useState(false);
  const [results, setResults] =
    useState<readonly { deliveryUid: string; accepted: boolean; message: string | null }[]>();
  const redeliver = async (): Promise<void> => {
    const { data } = await api.POST('/tenants/{tenantUid}/deliveries/redeliver', {
      params: { path: { tenantUid } },
      body: { deliveryUids: [...deliveryUids] },
    });
    setResults(data!.results);
  };
  const refused = results?.filter(({ accepted }) => !accepted) ?? [];
  const close = (): void => {
    setResults(undefined);
    onDone();
  };
  return (
    <>
      <Button kind="primary" onClick={() => ask(true)}>
        {t('redeliver.selected', { count: deliveryUids.length })}
      </Button>
      {isAsking && (
        <Confirm
          title={t('redeliver.title')}
          action={t('redeliver.selected', { count: deliveryUids.length })}
          onConfirm={redeliver}
          onClose={() => ask(false)}
        >
          <p>{t('redeliver.explanation', { count: deliveryUids.length })}</p>
        </Confirm>
      )}
      {results && (
        <Dialog
          title={t('redeliver.results')}
          onClose={close}
          actions={<Button onClick={close}>{t('common.close')}</Button>}
        >
          <p>{t('redeliver.accepted', { count: results.length - refused.length })}</p>
          {refused.length > 0 && (
            <ul class="stack">
              {refused.map(({ deliveryUid, message }) => (
                <li key={deliveryUid}>
                  <code>{deliveryUid}</code>: {message}
                </li>
              ))}
            </ul>
          )}
        </Dialog>
      )}
    </>
  );
}
