import { useState } from 'preact/hooks';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useActions } from '../catalog/use-actions.ts';
import type { Choice } from './action-choice.ts';
import { ActionPicker } from './action-picker.tsx';

interface AddSubscriptionsProps {
  readonly uid: string;
  /** Patterns that the endpoint subscribes to already. */
  readonly present: readonly string[];
  readonly onClose: () => void;
}

/** Asks for event types, and subscribes an endpoint to them. */
export function AddSubscriptions({ uid, present, onClose }: AddSubscriptionsProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const actions = useActions();
  const [choice, choose] = useState<Choice>(new Set(present));
  const [error, setError] = useState<unknown>();
  const added = [...choice].filter((action) => !present.includes(action));
  const add = async (): Promise<void> => {
    try {
      setError(undefined);
      for (const action of added) {
        await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
          params: { path: { tenantUid, httpTransportUid: uid } },
          body: { action },
        });
      }
      onClose();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title={t('subscriptions.add')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind="primary" disabled={added.length === 0} onClick={add}>
            {t('subscriptions.addCount', { count: added.length })}
          </Button>
        </>
      }
    >
      <ActionPicker actions={actions} choice={choice} onChange={choose} />
      {error !== undefined && <Problem error={error} />}
    </Dialog>
  );
}
