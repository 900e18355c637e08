import { useState } from 'preact/hooks';
import type { RecoveryDryRun } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { EndpointField, isEndpointUid } from '../../parts/endpoint-field.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { periodOf, PERIODS } from './periods.ts';

const KINDS = ['recover', 'replay'] as const;
type Kind = (typeof KINDS)[number];

/** Chooses an endpoint and a period, counts the deliveries that would be sent, and starts the job. */
export function StartRecovery({ onClose }: { onClose: () => void }) {
  const { api, t } = usePortal();
  const { tenantUid, query } = useNavigation();
  const [uid, setUid] = useState(query['endpoint'] ?? '');
  const [kind, setKind] = useState<Kind>('recover');
  const [period, setPeriod] = useState<string>('hour');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [preview, setPreview] = useState<RecoveryDryRun>();
  const [error, setError] = useState<unknown>();
  const range = periodOf(period, from, to);
  const request = async (dryRun: boolean) =>
    (
      await api.POST(`/tenants/{tenantUid}/httptransports/{httpTransportUid}/${kind}`, {
        params: { path: { tenantUid, httpTransportUid: uid } },
        body: { since: range!.since, ...(range!.until && { until: range!.until }), dryRun },
      })
    ).data;
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    try {
      setError(undefined);
      await action();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const changed =
    <Value,>(set: (value: Value) => void) =>
    (value: Value): void => {
      set(value);
      setPreview(undefined);
      setError(undefined);
    };
  return (
    <Dialog
      title={t('recovery.start')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            disabled={!isEndpointUid(uid) || !range}
            onClick={() => attempt(async () => setPreview((await request(true)) as RecoveryDryRun))}
          >
            {t('recovery.preview')}
          </Button>
          <Button
            kind="primary"
            disabled={!preview || preview.count === 0}
            onClick={() =>
              attempt(async () => {
                await request(false);
                onClose();
              })
            }
          >
            {t('recovery.send')}
          </Button>
        </>
      }
    >
      <EndpointField label={t('recovery.endpoint')} value={uid} onInput={changed(setUid)} />
      <SelectField
        label={t('recovery.kind')}
        hint={t(`recovery.kindHint.${kind}`)}
        value={kind}
        options={KINDS.map((value) => ({ value, label: t(`recovery.kind.${value}`) }))}
        onChange={changed((value: string) => setKind(value as Kind))}
      />
      <SelectField
        label={t('recovery.period')}
        value={period}
        options={[...PERIODS.map(({ key }) => key), 'own'].map((value) => ({
          value,
          label: t(`recovery.period.${value}`),
        }))}
        onChange={changed(setPeriod)}
      />
      {period === 'own' && (
        <>
          <TextField
            type="datetime-local"
            label={t('deliveries.from')}
            value={from}
            onInput={changed(setFrom)}
          />
          <TextField type="datetime-local" label={t('deliveries.to')} value={to} onInput={changed(setTo)} />
        </>
      )}
      {range && (
        <p class="muted">
          <Time at={range.since} /> – {range.until ? <Time at={range.until} /> : t('recovery.now')}
        </p>
      )}
      <div role="status">
        {preview && (
          <p>
            {t(preview.isAtLeast ? 'recovery.countAtLeast' : 'recovery.count', { count: preview.count })}{' '}
            {preview.payloadGone > 0 && t('recovery.payloadGone', { count: preview.payloadGone })}
          </p>
        )}
      </div>
      {error !== undefined && <Problem error={error} />}
    </Dialog>
  );
}
