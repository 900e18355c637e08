import { ApiProblem } from '../api/problem.ts';
import { Frame } from '../app/frame.tsx';
import { usePortal } from '../app/portal-context.tsx';
import { Loading } from '../parts/empty.tsx';
import { Problem } from '../parts/problem.tsx';
import { OPERATOR_PAGES } from './pages.ts';
import { ServiceStateProvider, useServiceState } from './service-state.tsx';
import { StopBanner } from './stop-banner.tsx';

/** The operator console: every tenant at once, for the people who run the application. */
export const Console = () => (
  <ServiceStateProvider>
    <SignedIn />
  </ServiceStateProvider>
);

/** The pages, unless the API has refused the user or has not responded yet. */
function SignedIn() {
  const { config, t } = usePortal();
  const { overview, error, reload } = useServiceState();
  const isRefused = error instanceof ApiProblem && [401, 403].includes(error.status);
  // Any other error does not prove anything about the user, and the global stop must be in reach when something is wrong.
  if (!overview && (error === undefined || isRefused)) {
    return (
      <main class="sign-in">
        <h1>{config.title}</h1>
        {isRefused ? <Problem error={error} onRetry={reload} /> : <Loading label={t('common.loading')} />}
      </main>
    );
  }
  return <Frame pages={OPERATOR_PAGES} banner={<StopBanner />} />;
}
