import { useState } from 'preact/hooks';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { SelectField } from '../../parts/field.tsx';
import { SecretOnce } from './secret-once.tsx';

/** How long the previous secret can go on signing, in hours. */
const OVERLAPS = [24, 72, 168, 0] as const;
const HOUR_MS = 3_600_000;

/** Replaces the signing secret, with time for the receiver to switch. */
export function SecretRotation({ uid }: { uid: string }) {
  const { api, t, formats, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const [isAsking, ask] = useState(false);
  const [overlap, setOverlap] = useState<number>(OVERLAPS[0]);
  const [rotated, setRotated] = useState<{ secret: string; previousUntil: number | undefined }>();
  if (readOnly) return null;
  const rotate = async (): Promise<void> => {
    const { data } = await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/rotatesecret', {
      params: { path: { tenantUid, httpTransportUid: uid } },
      body: { overlapHours: overlap },
    });
    const previousUntil = overlap === 0 ? undefined : Date.now() + overlap * HOUR_MS;
    setRotated({ secret: data!.signingSecret, previousUntil });
  };
  return (
    <section class="card stack" aria-labelledby="secret">
      <h2 id="secret">{t('secret.heading')}</h2>
      {rotated ? <SecretOnce secret={rotated.secret} /> : <p>{t('secret.explanation')}</p>}
      {rotated?.previousUntil !== undefined && (
        <p>{t('secret.previousUntil', { time: formats.dateTime(rotated.previousUntil) })}</p>
      )}
      <div class="row">
        <Button onClick={() => ask(true)}>{t('secret.rotate')}</Button>
      </div>
      {isAsking && (
        <Confirm
          title={t('secret.rotateTitle')}
          action={t('secret.rotate')}
          onConfirm={rotate}
          onClose={() => ask(false)}
        >
          <p>{t('secret.rotateExplanation')}</p>
          <SelectField
            label={t('secret.overlap')}
            value={String(overlap)}
            options={OVERLAPS.map((hours) => ({ value: String(hours), label: t(`secret.overlap.${hours}`) }))}
            onChange={(value) => setOverlap(Number(value))}
          />
        </Confirm>
      )}
    </section>
  );
}
