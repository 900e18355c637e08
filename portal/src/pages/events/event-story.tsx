import { useQuery } from '../../api/use-query.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Uid } from '../../parts/copy.tsx';
import { Empty, Loading } from '../../parts/empty.tsx';
import { JsonBlock } from '../../parts/json-view.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { Stories } from './stories.tsx';

/** How often the story is read again, in ms: deliveries of a young event still change. */
const POLL_MS = 5_000;

/** The outcome of one event for each subscription of the tenant. */
export function EventStory({ eventUid }: { eventUid: string }) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const explained = useQuery(
    async (signal) =>
      (
        await api.GET('/tenants/{tenantUid}/webhookevents/{eventUid}', {
          params: { path: { tenantUid, eventUid }, query: { pageSize: 100 } },
          signal,
        })
      ).data!,
    [api, tenantUid, eventUid],
    { pollMs: POLL_MS },
  );
  const { data } = explained;
  return (
    <>
      <header class="page-header">
        <div class="stack">
          <Link to={['events']}>{t('events.back')}</Link>
          <h1>{data?.event.action ?? t('events.one')}</h1>
        </div>
      </header>
      {explained.error !== undefined && <Problem error={explained.error} onRetry={explained.reload} />}
      {!data && explained.error === undefined && <Loading rows={8} label={t('common.loading')} />}
      {data && (
        <>
          <dl class="facts">
            <dt>{t('events.id')}</dt>
            <dd>
              <Uid value={data.event.eventUid} />
            </dd>
            <dt>{t('events.occurred')}</dt>
            <dd>
              <Time at={data.event.occurredAt} />
            </dd>
            {data.event.orderingKey !== null && (
              <>
                <dt>{t('events.orderingKey')}</dt>
                <dd>{data.event.orderingKey}</dd>
              </>
            )}
          </dl>
          <section class="stack" aria-labelledby="story">
            <h2 id="story">{t('events.story')}</h2>
            {!data.event.fannedOut && <p>{t('events.notFannedOut')}</p>}
            {data.items.length === 0 ? (
              <Empty title={t('events.noSubscriptions')} />
            ) : (
              <Stories items={data.items} />
            )}
            {data.paging.nextCursor !== null && <p class="muted">{t('events.more')}</p>}
          </section>
          <section class="stack" aria-labelledby="body">
            <h2 id="body">{t('events.body')}</h2>
            {data.event.body === null ? (
              <p>{t('delivery.payloadGone')}</p>
            ) : (
              <JsonBlock text={JSON.stringify(data.event.body)} label={t('events.body')} />
            )}
          </section>
        </>
      )}
    </>
  );
}
