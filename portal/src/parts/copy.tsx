import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';
import { useToast } from './toasts.tsx';

/** Copies a text. Where the browser forbids it, such as in a frame without the permission, it says so. */
export function Copy({ text, label }: { text: string; label: string }) {
  const { t } = usePortal();
  const say = useToast();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say(t('common.copied'));
    } catch {
      say(t('common.copyFailed'));
    }
  };
  return (
    <Button kind="quiet" aria-label={label} title={label} onClick={copy}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 5V2.5h8.5V11H11M2.5 5H11v8.5H2.5z" />
      </svg>
    </Button>
  );
}

/** An identifier with a button that copies it. */
export function Uid({ value }: { value: string }) {
  const { t } = usePortal();
  return (
    <span class="uid">
      <code>{value}</code>
      <Copy text={value} label={t('common.copyValue', { value })} />
    </span>
  );
}
