import { useRef } from 'preact/hooks';
import type { ServiceOverview } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';

/**
 * The progress of a stop. A process that notices the stop releases its queues, so processes that still hold queues have work
 * to end. The progress is counted from the greatest number of processes that this page has seen.
 */
export function StopProgress({ processes }: Pick<ServiceOverview, 'processes'>) {
  const { t } = usePortal();
  const most = useRef(0);
  most.current = Math.max(most.current, processes.length);
  return (
    <section class="card stack" aria-labelledby="stop-progress">
      <h2 id="stop-progress">{t('stop.progress')}</h2>
      <p role="status">
        {processes.length === 0 ? t('stop.allReleased') : t('stop.holding', { count: processes.length })}
      </p>
      {processes.length > 0 && (
        <>
          <progress
            aria-labelledby="stop-progress"
            max={most.current}
            value={most.current - processes.length}
          />
          <ul>
            {processes.map(({ holder, lanes }) => (
              <li key={holder}>
                <code class="secret">{holder}</code> · {t('operator.laneCount', { count: lanes })}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
