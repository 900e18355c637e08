import { useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useCommand } from './use-command.ts';

interface DisabledBannerProps {
  readonly endpoint: Endpoint;
  readonly onChanged: (endpoint: Endpoint) => void;
}

const KNOWN_REASONS = ['GONE', 'FAILING', 'ADMIN'];

/** Says why an endpoint is disabled, and enables it, with or without a recovery of the deliveries that it missed. */
export function DisabledBanner({ endpoint, onChanged }: DisabledBannerProps) {
  const { api, t, readOnly } = usePortal();
  const { tenantUid, go } = useNavigation();
  const run = useCommand(endpoint.httpTransportUid, onChanged);
  const [error, setError] = useState<unknown>();
  const reason = endpoint.disabledReason ?? 'ADMIN';
  const enableAndRecover = async (): Promise<void> => {
    const { data } = await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/enable', {
      params: { path: { tenantUid, httpTransportUid: endpoint.httpTransportUid } },
      body: { recover: true },
    });
    onChanged(data!);
    go(['recoveries']);
  };
  return (
    <section class="notice" aria-labelledby="disabled">
      <h2 id="disabled">{t('banner.title')}</h2>
      <p>
        {KNOWN_REASONS.includes(reason) ? t(`banner.${reason}`) : t('banner.other', { reason })}{' '}
        {t('banner.missed')}
      </p>
      <Link to={['deliveries']} query={{ endpoint: endpoint.httpTransportUid, status: 'FAILED' }}>
        {t(reason === 'ADMIN' ? 'banner.failed' : 'banner.why')}
      </Link>
      {!readOnly && <p>{t('banner.testFirst')}</p>}
      {error !== undefined && <Problem error={error} />}
      {!readOnly && (
        <div class="row">
          <Button kind="primary" onClick={() => enableAndRecover().catch(setError)}>
            {t('banner.recover')}
          </Button>
          <Button onClick={() => run('enable').catch(setError)}>{t('endpointAction.enable')}</Button>
        </div>
      )}
    </section>
  );
}
