import { useEffect, useState } from 'preact/hooks';
import type { Recovery } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { RecoveryCard } from './recovery-card.tsx';
import { StartRecovery } from './start-recovery.tsx';

/** How often running jobs are read again, in ms. */
const POLL_MS = 2_000;

const isRunning = ({ state }: Recovery): boolean => state === 'QUEUED' || state === 'RUNNING';

/** Jobs that send failed, missed or all events of a period again, with their progress. */
export default function RecoveriesPage() {
  const { api, t, readOnly } = usePortal();
  const { tenantUid, query, setQuery } = useNavigation();
  const [isStarting, start] = useState(query['start'] !== undefined);
  const load = async (cursor: string | null, signal: AbortSignal) => {
    const { data } = await api.GET('/tenants/{tenantUid}/webhookrecoveries', {
      params: { path: { tenantUid }, query: { pageSize: 25, ...(cursor !== null && { cursor }) } },
      signal,
    });
    return { items: data!.items, next: data!.paging.nextCursor };
  };
  const pages = usePages(load, ({ recoveryUid }) => recoveryUid, [api, tenantUid]);
  const { mergeNewest } = pages;
  const hasRunning = pages.items.some(isRunning);
  useEffect(() => {
    if (!hasRunning) return undefined;
    const controller = new AbortController();
    const timer = setInterval(() => {
      load(null, controller.signal).then(
        ({ items }) => mergeNewest(items),
        () => undefined,
      );
    }, POLL_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [hasRunning, api, tenantUid, mergeNewest]);
  const close = (): void => {
    start(false);
    setQuery({ start: undefined, endpoint: undefined }, { replace: true });
    pages.reload();
  };
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.recoveries')}</h1>
        {!readOnly && (
          <Button kind="primary" onClick={() => start(true)}>
            {t('recovery.start')}
          </Button>
        )}
      </header>
      <p class="muted">{t('recovery.hint')}</p>
      {pages.items.length > 0 ? (
        <ul class="stories">
          {pages.items.map((recovery) => (
            <li key={recovery.recoveryUid} class="card">
              <RecoveryCard recovery={recovery} onChanged={pages.reload} />
            </li>
          ))}
        </ul>
      ) : (
        !pages.isLoading && pages.error === undefined && <Empty title={t('recovery.empty')} />
      )}
      <LoadMore pages={pages} />
      {isStarting && <StartRecovery onClose={close} />}
    </>
  );
}
