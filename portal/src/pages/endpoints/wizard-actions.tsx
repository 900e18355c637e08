import { useState } from 'preact/hooks';
import type { CreatedEndpoint } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useActions } from '../catalog/use-actions.ts';
import { countChosen, type Choice } from './action-choice.ts';
import { ActionPicker } from './action-picker.tsx';
import type { WizardStepProps } from './wizard-target.tsx';

interface WizardActionsProps extends WizardStepProps {
  readonly onBack: () => void;
  readonly onCreated: (endpoint: CreatedEndpoint) => void;
}

/**
 * The step that asks for the event types. The endpoint is created first, then its subscriptions; what exists already is not created
 * again after a failure, and cannot be cancelled.
 */
export function WizardActions({ draft, onChange, onCancel, onBack, onCreated }: WizardActionsProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const actions = useActions();
  const [endpoint, setEndpoint] = useState<CreatedEndpoint>();
  const [subscribed, setSubscribed] = useState<Choice>(new Set());
  const [error, setError] = useState<unknown>();
  const choice: Choice = new Set(draft.actions);
  const count = countChosen(choice, actions.data?.map(({ action }) => action) ?? []);
  const create = async (): Promise<void> => {
    try {
      setError(undefined);
      const created =
        endpoint ??
        (
          await api.POST('/tenants/{tenantUid}/httptransports', {
            params: { path: { tenantUid } },
            body: { url: draft.url, name: draft.name },
          })
        ).data!;
      setEndpoint(created);
      const done = new Set(subscribed);
      for (const action of choice) {
        if (done.has(action)) continue;
        await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
          params: { path: { tenantUid, httpTransportUid: created.httpTransportUid } },
          body: { action },
        });
        done.add(action);
        setSubscribed(new Set(done));
      }
      onCreated(created);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div class="wizard-step">
      <ActionPicker
        actions={actions}
        choice={choice}
        onChange={(next) => onChange({ ...draft, actions: [...next] })}
      />
      <div class="wizard-end">
        {error !== undefined && <Problem error={error} />}
        <div class="row">
          {!endpoint && <Button onClick={onBack}>{t('wizard.back')}</Button>}
          <Button kind="primary" disabled={choice.size === 0} onClick={create}>
            {t('wizard.create')}
          </Button>
          {!endpoint && <Button onClick={onCancel}>{t('common.cancel')}</Button>}
          <span role="status" class="muted">
            {choice.size === 0 ? t('wizard.chooseFirst') : actions.data && t('picker.count', { count })}
          </span>
        </div>
      </div>
    </div>
  );
}
