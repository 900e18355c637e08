import type { Attempt, DeliveryDetails } from '../../api/types.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Time } from '../../parts/time.tsx';

/** All attempts, oldest first, and the one that comes next. */
export function AttemptTimeline({ delivery }: { delivery: DeliveryDetails }) {
  const { t } = usePortal();
  const { attempts, nextAttemptAt, status } = delivery;
  return (
    <section aria-labelledby="attempts">
      <h3 id="attempts">{t('delivery.attempts')}</h3>
      <ol class="timeline">
        {attempts.map((attempt, index) => (
          <li key={index}>
            <AttemptLine attempt={attempt} isLast={index === attempts.length - 1} />
          </li>
        ))}
        {status === 'PENDING' && (
          <li>
            <Badge tone="info">{t('delivery.next')}</Badge>{' '}
            {nextAttemptAt ? <Time at={nextAttemptAt} relative /> : t('delivery.waitsBehind')}
          </li>
        )}
        {attempts.length === 0 && status !== 'PENDING' && <li class="muted">{t('delivery.neverSent')}</li>}
      </ol>
    </section>
  );
}

/** Length of the part of a response that is shown beside its attempt, in characters. */
const EXCERPT = 300;

/** One attempt. The last one also shows what the receiver responded, if it did not accept the request. */
function AttemptLine({ attempt, isLast }: { attempt: Attempt; isLast: boolean }) {
  const { t, formats } = usePortal();
  const { number, responseStatusCode, responseBody, errorCode, durationMs, startedAt, trigger, orphaned } =
    attempt;
  const isSuccess = responseStatusCode !== null && responseStatusCode >= 200 && responseStatusCode < 300;
  return (
    <>
      <Badge tone={isSuccess ? 'good' : 'bad'}>
        {t('delivery.attempt', { number })} · {responseStatusCode ?? errorCode}
      </Badge>{' '}
      <span class="muted">
        <Time at={startedAt} /> · {formats.duration(durationMs)}
        {trigger !== 'SCHEDULE' && <> · {t(`trigger.${trigger}`)}</>}
        {orphaned && <> · {t('delivery.orphaned')}</>}
      </span>
      {errorCode && <p>{t(`attemptError.${errorCode}`)}</p>}
      {!isSuccess && responseStatusCode !== null && <p>{t(`attemptStatus.${kindOf(responseStatusCode)}`)}</p>}
      {!isSuccess && isLast && responseBody && (
        <p class="excerpt">
          {responseBody.length > EXCERPT ? `${responseBody.slice(0, EXCERPT)}…` : responseBody}
        </p>
      )}
    </>
  );
}

/** Kinds of status codes for which the portal has advice. */
function kindOf(status: number): string {
  if (status === 401 || status === 403) return 'refused';
  if (status === 404 || status === 405) return 'path';
  if (status === 410) return 'gone';
  if (status === 429) return 'limited';
  if (status >= 300 && status < 400) return 'redirect';
  return status >= 500 ? 'server' : 'client';
}
