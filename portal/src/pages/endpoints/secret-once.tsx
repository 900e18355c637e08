import { useState } from 'preact/hooks';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/copy.tsx';

/** A new signing secret, hidden until the user wants to see it. No later page shows it. */
export function SecretOnce({ secret }: { secret: string }) {
  const { t } = usePortal();
  const [isShown, show] = useState(false);
  return (
    <div class="notice">
      <h2>{t('secret.title')}</h2>
      <p>{t('secret.once')}</p>
      <p class="row">
        <code class="secret">{isShown ? secret : '•'.repeat(24)}</code>
        <Button aria-pressed={isShown} onClick={() => show(!isShown)}>
          {isShown ? t('secret.hide') : t('secret.show')}
        </Button>
        <Copy text={secret} label={t('secret.copy')} />
      </p>
    </div>
  );
}
