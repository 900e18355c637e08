import { useState } from 'preact/hooks';
import type { TestResult } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SelectField } from '../../parts/field.tsx';
import { useActions } from '../catalog/use-actions.ts';

/** Sends the example of an action to an endpoint now, and shows the response. */
export function TestSend({ uid }: { uid: string }) {
  const { api, t, formats, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const actions = useActions();
  const [action, setAction] = useState('');
  const [result, setResult] = useState<TestResult>();
  const [error, setError] = useState<unknown>();
  if (readOnly) return null;
  const send = async (): Promise<void> => {
    try {
      setError(undefined);
      setResult(undefined);
      const { data } = await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/test', {
        params: { path: { tenantUid, httpTransportUid: uid } },
        body: action ? { action } : {},
      });
      setResult(data!);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <section class="card stack" aria-labelledby="test">
      <h2 id="test">{t('test.title')}</h2>
      <p>{t('test.hint')}</p>
      <div class="row">
        <SelectField
          label={t('test.action')}
          value={action}
          options={[
            { value: '', label: t('test.anyAction') },
            ...(actions.data ?? []).map(({ action: name }) => ({ value: name, label: name })),
          ]}
          onChange={setAction}
        />
        <Button onClick={send}>{t('test.send')}</Button>
      </div>
      <div role="status">
        {result && (
          <p>
            <Badge tone={result.delivered ? 'good' : 'bad'}>
              {result.delivered ? t('test.delivered') : t('test.failed')}
            </Badge>{' '}
            {result.responseStatusCode !== null &&
              t('delivery.statusCode', { code: String(result.responseStatusCode) })}{' '}
            {result.errorCode !== null && t(`attemptError.${result.errorCode}`)}{' '}
            <span class="muted">{formats.duration(result.durationMs)}</span>
          </p>
        )}
      </div>
      {error !== undefined && <Problem error={error} />}
    </section>
  );
}
