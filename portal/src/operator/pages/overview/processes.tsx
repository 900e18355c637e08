import { usePortal } from '../../../app/portal-context.tsx';
import { Time } from '../../../parts/time.tsx';
import { useServiceState } from '../../service-state.tsx';

/** The processes that hold queues now. One without work holds none, so it is not in the list. */
export function Processes() {
  const { t, formats } = usePortal();
  const processes = useServiceState().overview?.processes;
  if (!processes) return null;
  return (
    <section class="stack" aria-labelledby="processes">
      <h2 id="processes">{t('operator.processes')}</h2>
      {processes.length === 0 ? (
        <p class="muted">{t('operator.noProcesses')}</p>
      ) : (
        <table class="table">
          <caption class="visually-hidden">{t('operator.processes')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('operator.process')}</th>
              <th scope="col">{t('operator.heldLanes')}</th>
              <th scope="col" class="extra">
                {t('operator.leaseUntil')}
              </th>
            </tr>
          </thead>
          <tbody>
            {processes.map(({ holder, lanes, firstLeaseUntil }) => (
              <tr key={holder}>
                <td title={holder}>{holder}</td>
                <td>{formats.number(lanes)}</td>
                <td class="extra">
                  <Time at={firstLeaseUntil} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
