import { usePortal } from '../../../app/portal-context.tsx';
import { WordForm } from './word-form.tsx';

/** Ends the stop. */
export function ResumeForm({ onResumed }: { onResumed: () => void }) {
  const { api, t, readOnly } = usePortal();
  if (readOnly) return null;
  const resume = async (): Promise<void> => {
    await api.POST('/webhookoperations/resume');
    onResumed();
  };
  return (
    <WordForm
      title={t('stop.resumeTitle')}
      word={t('stop.resumeWord')}
      action={t('stop.resumeAction')}
      onConfirm={resume}
    >
      <p>{t('stop.effect.resume')}</p>
    </WordForm>
  );
}
