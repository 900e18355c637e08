import { useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Loading } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { DisabledBanner } from './disabled-banner.tsx';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointFacts } from './endpoint-facts.tsx';
import { SecretRotation } from './secret-rotation.tsx';
import { SettingsForm } from './settings-form.tsx';
import { Subscriptions } from './subscriptions.tsx';
import { TestSend } from './test-send.tsx';

/** How often the state of the endpoint is read again, in ms. */
const POLL_MS = 10_000;

/** One endpoint: its state, its subscriptions, its secret, and its settings. */
export function EndpointDetails({ uid }: { uid: string }) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const endpoint = useQuery(
    async (signal) =>
      (
        await api.GET('/tenants/{tenantUid}/httptransports/{httpTransportUid}', {
          params: { path: { tenantUid, httpTransportUid: uid } },
          signal,
        })
      ).data!,
    [api, tenantUid, uid],
    { pollMs: POLL_MS },
  );
  const { data } = endpoint;
  /** Counts the changes of the subscriptions. */
  const [revision, setRevision] = useState(0);
  return (
    <>
      <header class="page-header">
        <div class="stack">
          <Link to={['endpoints']}>{t('endpoints.back')}</Link>
          <h1>{data?.name ?? uid}</h1>
        </div>
        {data && <EndpointActions endpoint={data} onChanged={endpoint.setData} />}
      </header>
      {endpoint.error !== undefined && <Problem error={endpoint.error} onRetry={endpoint.reload} />}
      {!data && endpoint.error === undefined && <Loading rows={8} label={t('common.loading')} />}
      {data && (
        <>
          {data.state === 'DISABLED' && <DisabledBanner endpoint={data} onChanged={endpoint.setData} />}
          <EndpointFacts endpoint={data} />
          <Subscriptions uid={uid} onChanged={() => setRevision(revision + 1)} />
          <TestSend uid={uid} revision={revision} />
          <SecretRotation uid={uid} />
          <SettingsForm key={data.lastModifiedAt} endpoint={data} onChanged={endpoint.setData} />
        </>
      )}
    </>
  );
}
