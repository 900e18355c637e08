import { usePortal } from '../app/portal-context.tsx';
import { Copy } from './copy.tsx';

/** A text of another system, such as a body. It is shown as text only, whatever it contains. */
export function TextBlock({ text, label }: { text: string; label: string }) {
  const { t } = usePortal();
  return (
    <div class="text-block">
      <Copy text={text} label={t('common.copyValue', { value: label })} />
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
    </div>
  );
}

/** JSON with indentation. Text that is not JSON is shown as it is. */
export const JsonBlock = ({ text, label }: { text: string; label: string }) => (
  <TextBlock text={indented(text)} label={label} />
);

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
