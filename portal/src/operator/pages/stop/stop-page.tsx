import { usePortal } from '../../../app/portal-context.tsx';
import { useServiceState } from '../../service-state.tsx';
import { ResumeForm } from './resume-form.tsx';
import { StopForm } from './stop-form.tsx';
import { StopProgress } from './stop-progress.tsx';

/**
 * The global stop: stops and resumes the deliveries of all tenants in all processes. If it is not known whether deliveries are
 * stopped, both are offered: each may be repeated.
 */
export default function StopPage() {
  const { t } = usePortal();
  const { overview, stop, setStop } = useServiceState();
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.stop')}</h1>
      </header>
      {stop === null && <p>{t('stop.running')}</p>}
      {stop && overview && <StopProgress processes={overview.processes} />}
      {!stop && <StopForm onStopped={setStop} />}
      {stop !== null && <ResumeForm onResumed={() => setStop(null)} />}
    </>
  );
}
