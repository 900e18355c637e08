import type { AuditEntry } from '../../api/types.ts';
import { usePages } from '../../api/use-pages.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { Empty } from '../../parts/empty.tsx';
import { EndpointLink } from '../../parts/endpoint-name.tsx';
import { LoadMore } from '../../parts/load-more.tsx';
import { Time } from '../../parts/time.tsx';

/** Who changed what, newest first. */
export default function ActivityPage() {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const pages = usePages(
    async (cursor, signal) => {
      const { data } = await api.GET('/tenants/{tenantUid}/webhookaudit', {
        params: { path: { tenantUid }, query: { pageSize: 50, ...(cursor !== null && { cursor }) } },
        signal,
      });
      return { items: data!.items, next: data!.paging.nextCursor };
    },
    ({ auditUid }) => auditUid,
    [api, tenantUid],
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.activity')}</h1>
      </header>
      {pages.items.length > 0 ? (
        <ol class="stories">
          {pages.items.map((entry) => (
            <li key={entry.auditUid} class="card">
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      ) : (
        !pages.isLoading && pages.error === undefined && <Empty title={t('activity.empty')} />
      )}
      <LoadMore pages={pages} />
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = usePortal();
  return (
    <>
      <p class="row">
        <strong>{t(`audit.${entry.kind}`)}</strong>
        {entry.httpTransportUid && <EndpointLink uid={entry.httpTransportUid} />}
        {entry.webhookUid && <code>{entry.webhookUid}</code>}
        <span class="muted">
          <span title={entry.actor ?? undefined}>{actorOf(entry, t)}</span> · <Time at={entry.createdAt} />
        </span>
      </p>
      {entry.changes.length > 0 && (
        <details>
          <summary>{t('activity.changes', { count: entry.changes.length })}</summary>
          <dl class="facts">
            {entry.changes.map(({ field, from, to }) => (
              <>
                <dt>{field}</dt>
                <dd>
                  {shown(from)} → {shown(to)}
                </dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

/** Sessions of portal links have no user. */
function actorOf({ actor }: AuditEntry, t: Translate): string {
  if (actor === null) return t('activity.unknown');
  if (actor === 'system') return t('activity.system');
  return actor.startsWith('portal:') ? t('activity.portalLink') : actor;
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
