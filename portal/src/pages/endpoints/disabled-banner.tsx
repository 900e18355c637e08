import { useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useCommand } from './use-command.ts';

interface DisabledBannerProps {
  readonly endpoint: Endpoint;
  readonly onChanged: (endpoint: Endpoint) => void;
}

const KNOWN_REASONS = ['GONE', 'FAILING', 'ADMIN'];

/** Says why an endpoint is disabled, and enables it. */
export function DisabledBanner({ endpoint, onChanged }: DisabledBannerProps) {
  const { t, readOnly } = usePortal();
  const run = useCommand(endpoint.httpTransportUid, onChanged);
  const [error, setError] = useState<unknown>();
  const reason = endpoint.disabledReason ?? 'ADMIN';
  return (
    <section class="notice" aria-labelledby="disabled">
      <h2 id="disabled">{t('banner.title')}</h2>
      <p>
        {KNOWN_REASONS.includes(reason) ? t(`banner.${reason}`) : t('banner.other', { reason })} {t('banner.missed')}
      </p>
      {error !== undefined && <Problem error={error} />}
      {!readOnly && (
        <Button kind="primary" onClick={() => run('enable').catch(setError)}>
          {t('endpointAction.enable')}
        </Button>
      )}
    </section>
  );
}
