import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

interface ConfirmProps {
  readonly title: string;
  /** Explains the effect. */
  readonly children: ComponentChildren;
  /** The verb on the button, e.g. `Delete endpoint`. */
  readonly action: string;
  readonly isDanger?: boolean;
  /** Carries out the action. If it throws, the dialog stays open and shows the error. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for a confirmation before an action, and explains its effect. */
export function Confirm({ title, children, action, isDanger = false, onConfirm, onClose }: ConfirmProps) {
  const { t } = usePortal();
  const [error, setError] = useState<unknown>();
  const confirm = async (): Promise<void> => {
    try {
      setError(undefined);
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button kind={isDanger ? 'danger' : 'primary'} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {error !== undefined && <Problem error={error} />}
    </Dialog>
  );
}
