import { useState } from 'preact/hooks';
import type { DeliveryStop } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { TextField } from '../../../parts/field.tsx';
import { WordForm } from './word-form.tsx';

/** Maximum length of a reason, in characters. */
const MAX_REASON = 255;

/** Stops the deliveries of all tenants. */
export function StopForm({ onStopped }: { onStopped: (stop: DeliveryStop | null) => void }) {
  const { api, t, readOnly } = usePortal();
  const [reason, setReason] = useState('');
  const stop = async (): Promise<void> => {
    const given = reason.trim();
    const { data } = await api.POST('/webhookoperations/stop', { body: given ? { reason: given } : {} });
    onStopped(data!.stop);
  };
  if (readOnly) return null;
  return (
    <WordForm
      title={t('stop.title')}
      word={t('stop.word')}
      action={t('stop.action')}
      isDanger
      onConfirm={stop}
    >
      <ul>
        <li>{t('stop.effect.sending')}</li>
        <li>{t('stop.effect.events')}</li>
        <li>{t('stop.effect.lasting')}</li>
      </ul>
      <TextField
        label={t('operator.reason')}
        hint={t('stop.reasonHint')}
        value={reason}
        onInput={setReason}
        maxLength={MAX_REASON}
      />
    </WordForm>
  );
}
