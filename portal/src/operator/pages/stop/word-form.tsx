import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { usePortal } from '../../../app/portal-context.tsx';
import { Button } from '../../../parts/button.tsx';
import { TextField } from '../../../parts/field.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { isWordTyped } from './typed-word.ts';

interface WordFormProps {
  readonly title: string;
  /** Explains the effect, and has further fields. */
  readonly children: ComponentChildren;
  /** The word to type, in the user's language. */
  readonly word: string;
  /** The verb on the button. */
  readonly action: string;
  readonly isDanger?: boolean;
  /** Runs the command. If it throws, the form stays and shows the error. */
  readonly onConfirm: () => Promise<unknown>;
}

/** A command for the whole service. It is confirmed by typing a word, so that no single click runs it. */
export function WordForm({ title, children, word, action, isDanger = false, onConfirm }: WordFormProps) {
  const { t } = usePortal();
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirm = async (): Promise<void> => {
    setRefused(!isWordTyped(typed, word));
    if (!isWordTyped(typed, word)) return;
    try {
      setError(undefined);
      await onConfirm();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <form class="card stack" aria-label={title} onSubmit={(event) => event.preventDefault()}>
      <h2>{title}</h2>
      {children}
      <TextField
        label={t('stop.type', { word })}
        value={typed}
        error={isRefused ? t('stop.wordMissing', { word }) : undefined}
        onInput={setTyped}
      />
      {error !== undefined && <Problem error={error} />}
      <div class="row">
        <Button kind={isDanger ? 'danger' : 'primary'} onClick={confirm}>
          {action}
        </Button>
      </div>
    </form>
  );
}
