import type { OperatorAuditEntry } from '../../../api/types.ts';
import { usePages } from '../../../api/use-pages.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { Empty } from '../../../parts/empty.tsx';
import { LoadMore } from '../../../parts/load-more.tsx';
import { Time } from '../../../parts/time.tsx';

const PAGE_SIZE = 50;

/** Who stopped and resumed all deliveries, newest first. */
export default function AuditPage() {
  const { api, t } = usePortal();
  const pages = usePages(
    async (cursor, signal) => {
      const { data } = await api.GET('/webhookoperations/audit', {
        params: { query: { pageSize: PAGE_SIZE, ...(cursor !== null && { cursor }) } },
        signal,
      });
      return { items: data!.items, next: data!.paging.nextCursor };
    },
    ({ auditUid }) => auditUid,
    [api],
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.audit')}</h1>
      </header>
      <p class="muted">{t('operator.auditHint')}</p>
      {pages.items.length > 0 ? (
        <ol class="stories">
          {pages.items.map((entry) => (
            <li key={entry.auditUid} class="card">
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      ) : (
        !pages.isLoading && pages.error === undefined && <Empty title={t('operator.noAudit')} />
      )}
      <LoadMore pages={pages} />
    </>
  );
}

function Entry({ entry: { kind, actor, createdAt, changes } }: { entry: OperatorAuditEntry }) {
  const { t } = usePortal();
  const reason = changes.find(({ field }) => field === 'reason')?.to;
  return (
    <>
      <p class="row">
        <strong>{t(`operatorAudit.${kind}`)}</strong>
        <span class="muted">
          {actor ?? t('activity.unknown')} · <Time at={createdAt} />
        </span>
      </p>
      {typeof reason === 'string' && <p class="secret">{t('stop.because', { reason })}</p>}
    </>
  );
}
