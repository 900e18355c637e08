import { useEffect, useRef, useState } from 'preact/hooks';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import type { Draft } from './draft.ts';

/** The properties of every step in which something is entered. */
export interface WizardStepProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** Leaves the wizard and forgets what was entered. */
  readonly onCancel: () => void;
}

/** The step that asks for the URL and the name. After a wrong input, the first wrong field has the focus. */
export function WizardTarget({
  draft,
  onChange,
  onCancel,
  onNext,
}: WizardStepProps & { onNext: () => void }) {
  const { t } = usePortal();
  const form = useRef<HTMLFormElement>(null);
  /** Number of times that the user wanted to go on with a wrong input. */
  const [refusals, setRefusals] = useState(0);
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  const urlError = /^https?:\/\/\S+$/i.test(draft.url) ? undefined : t('wizard.urlInvalid');
  const nameError = draft.name.trim() === '' ? t('wizard.nameMissing') : undefined;
  return (
    <form
      ref={form}
      class="wizard-step"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (urlError || nameError) setRefusals(refusals + 1);
        else onNext();
      }}
    >
      <TextField
        label={t('endpoints.url')}
        hint={t('wizard.urlHint')}
        type="url"
        inputMode="url"
        placeholder="https://"
        value={draft.url}
        error={refusals > 0 ? urlError : undefined}
        onInput={(url) => onChange({ ...draft, url: url.trim() })}
      />
      <TextField
        label={t('endpoints.name')}
        hint={t('wizard.nameHint')}
        maxLength={255}
        value={draft.name}
        error={refusals > 0 ? nameError : undefined}
        onInput={(name) => onChange({ ...draft, name })}
      />
      <div class="row">
        <button type="submit" class="button button-primary">
          {t('wizard.next')}
        </button>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}
