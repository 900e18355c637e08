import { useState } from 'preact/hooks';
import type { TestResult } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SelectField } from '../../parts/field.tsx';
import { useActions } from '../catalog/use-actions.ts';
import { matchesPattern } from './action-choice.ts';
import { useFirstPattern } from './use-first-pattern.ts';

interface TestSendProps {
  readonly uid: string;
  /** Changes whenever the subscriptions of the endpoint may have changed. */
  readonly revision?: number;
}

/** Sends the example of an action to an endpoint now, and shows the response. */
export function TestSend({ uid, revision = 0 }: TestSendProps) {
  const { api, t, formats, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const actions = useActions();
  const [action, setAction] = useState('');
  const [result, setResult] = useState<TestResult & { readonly action: string }>();
  const [error, setError] = useState<unknown>();
  const pattern = useFirstPattern(uid, revision);
  if (readOnly) return null;
  const names = (actions.data ?? []).map(({ action: name }) => name);
  const subscribed = names.find((name) => pattern.data && matchesPattern(pattern.data, name));
  const sent = action || (subscribed ?? names[0]);
  const options = names.map((name) => ({ value: name, label: name }));
  const send = async (): Promise<void> => {
    try {
      setError(undefined);
      setResult(undefined);
      const { data } = await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/test', {
        params: { path: { tenantUid, httpTransportUid: uid } },
        body: { action: sent! },
      });
      setResult({ ...data!, action: sent! });
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <section class="card stack" aria-labelledby="test">
      <h2 id="test">{t('test.title')}</h2>
      <p>{t('test.hint')}</p>
      <div class="beside">
        <SelectField
          label={t('test.action')}
          value={action || (subscribed ? '' : (sent ?? ''))}
          options={
            subscribed
              ? [{ value: '', label: t('test.firstSubscribed', { action: subscribed }) }, ...options]
              : options
          }
          onChange={setAction}
        />
        <Button disabled={sent === undefined || pattern.isLoading} onClick={send}>
          {t('test.send')}
        </Button>
      </div>
      <div role="status">
        {result && (
          <p>
            <Badge tone={result.delivered ? 'good' : 'bad'}>
              {t(result.delivered ? 'test.delivered' : 'test.failed', { action: result.action })}
            </Badge>{' '}
            {result.responseStatusCode !== null &&
              t('delivery.statusCode', { code: String(result.responseStatusCode) })}{' '}
            {result.errorCode !== null && t(`attemptError.${result.errorCode}`)}{' '}
            <span class="muted">{formats.duration(result.durationMs)}</span>
          </p>
        )}
      </div>
      {actions.error !== undefined && <Problem error={actions.error} onRetry={actions.reload} />}
      {error !== undefined && <Problem error={error} />}
    </section>
  );
}
