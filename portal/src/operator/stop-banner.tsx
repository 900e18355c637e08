import { useEffect, useRef } from 'preact/hooks';
import type { DeliveryStop } from '../api/types.ts';
import { Link, useNavigation } from '../app/navigation.tsx';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from '../parts/button.tsx';
import { useProblemText } from '../parts/problem.tsx';
import { Time } from '../parts/time.tsx';
import { useToast } from '../parts/toasts.tsx';
import { useServiceState } from './service-state.tsx';

/** Says on every page that all deliveries are stopped, by whom and since when. */
export function StopBanner() {
  const { t } = usePortal();
  const { path } = useNavigation();
  const { stop, error, reload } = useServiceState();
  const say = useToast();
  const textOf = useProblemText();
  const isStopped = stop === undefined ? undefined : stop !== null;
  const before = useRef<boolean | undefined>(undefined);
  useEffect(() => {
    // Another operator may have stopped or resumed deliveries: screen readers learn of it, too.
    if (isStopped !== undefined && before.current === !isStopped)
      say(t(isStopped ? 'stop.banner' : 'stop.resumed'));
    before.current = isStopped;
  }, [isStopped]);
  return (
    <>
      {stop && (
        <section class="problem" aria-labelledby="stop-banner">
          <h2 id="stop-banner">{t('stop.banner')}</h2>
          <StopDetails stop={stop} />
          {path[0] !== 'stop' && (
            <Link class="button" to={['stop']}>
              {t('stop.goToSwitch')}
            </Link>
          )}
        </section>
      )}
      {error !== undefined && (
        // The absence of the banner must not be taken for a running service.
        <section class="notice" role="status">
          <p>
            {t('stop.stateUnknown')} {textOf(error)}
          </p>
          <Button onClick={reload}>{t('common.retry')}</Button>
        </section>
      )}
    </>
  );
}

/** Who stopped all deliveries, when, and why. */
function StopDetails({ stop: { actor, stoppedAt, reason } }: { stop: DeliveryStop }) {
  const { t } = usePortal();
  return (
    <>
      <p>
        {t('stop.by', { actor: actor ?? t('activity.unknown') })}
        {stoppedAt && (
          <>
            {' · '}
            <Time at={stoppedAt} /> (<Time at={stoppedAt} relative />)
          </>
        )}
      </p>
      {reason !== null && <p>{t('stop.because', { reason })}</p>}
    </>
  );
}
