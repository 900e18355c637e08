import { useState } from 'preact/hooks';
import type { Recovery } from '../../api/types.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { EndpointLink } from '../../parts/endpoint-name.tsx';

const TONES: Readonly<Record<Recovery['state'], Tone>> = {
  QUEUED: 'info',
  RUNNING: 'info',
  DONE: 'good',
  CANCELLED: 'neutral',
  FAILED: 'bad',
};

/** One job: its endpoint and period, its progress, and its result. */
export function RecoveryCard({ recovery, onChanged }: { recovery: Recovery; onChanged: () => void }) {
  const { api, t, readOnly, formats } = usePortal();
  const { tenantUid } = useNavigation();
  const [isAsking, ask] = useState(false);
  const { recoveryUid, state, reason, found, requeued, created, skipped, payloadGone } = recovery;
  const isOpen = state === 'QUEUED' || state === 'RUNNING';
  const handled = requeued + created + skipped + payloadGone;
  const cancel = async (): Promise<void> => {
    await api.POST('/tenants/{tenantUid}/webhookrecoveries/{recoveryUid}/cancel', {
      params: { path: { tenantUid, recoveryUid } },
    });
    onChanged();
  };
  return (
    <div class="stack">
      <p class="row">
        <strong>{t(`recoveryKind.${recovery.kind}`)}</strong>
        <EndpointLink uid={recovery.httpTransportUid} />
        <Badge tone={TONES[state]}>{t(`recoveryState.${state}`)}</Badge>
        {reason && <span class="muted">{t(`recoveryReason.${reason}`)}</span>}
      </p>
      <p class="muted">
        {t('recovery.of', { from: formats.dateTime(recovery.since), to: formats.dateTime(recovery.until) })}
      </p>
      {isOpen && (
        <progress max={Math.max(found, 1)} value={handled} aria-label={t('recovery.progress')}>
          {formats.percent(found === 0 ? 0 : handled / found)}
        </progress>
      )}
      <p>
        {t('recovery.counts', { found, sent: requeued + created })}{' '}
        {skipped > 0 && t('recovery.skipped', { count: skipped })}{' '}
        {payloadGone > 0 && t('recovery.payloadGone', { count: payloadGone })}
      </p>
      {requeued + created > 0 && (
        <p>
          <Link to={['deliveries']} query={{ endpoint: recovery.httpTransportUid }}>
            {t('recovery.toDeliveries')}
          </Link>
        </p>
      )}
      {isOpen && !readOnly && (
        <div class="row">
          <Button onClick={() => ask(true)}>{t('recovery.cancel')}</Button>
        </div>
      )}
      {isAsking && (
        <Confirm
          title={t('recovery.cancelTitle')}
          action={t('recovery.cancel')}
          onConfirm={cancel}
          onClose={() => ask(false)}
        >
          <p>{t('recovery.cancelExplanation')}</p>
        </Confirm>
      )}
    </div>
  );
}
