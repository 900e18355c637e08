import { ApiProblem } from '../api/problem.ts';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';

/** Codes that the portal explains in the user's language. For others, the message of the API is shown. */
const EXPLAINED = [
  'NETWORK',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'OPERATOR_ACCESS_UNDEFINED',
  'NOT_FOUND',
  'PORTAL_READ_ONLY',
  'PORTAL_LINK_INVALID',
  'DATABASE_UNAVAILABLE',
] as const;

/** The texts for an error: what happened, in the user's language where the portal has a text. */
export function useProblemText(): (error: unknown) => string {
  const { t } = usePortal();
  return (error) => {
    if (!(error instanceof ApiProblem)) return t('problem.unknown');
    const code = error.isNotFound ? 'NOT_FOUND' : error.code;
    if ((EXPLAINED as readonly string[]).includes(code)) return t(`problem.${code}`);
    return error.messages.join('\n') || t('problem.unknown');
  };
}

/** An error with a way to try again. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t } = usePortal();
  const textOf = useProblemText();
  // Trying again does not bring back what was deleted.
  const isGone = error instanceof ApiProblem && error.isNotFound;
  return (
    <div class="problem" role="alert">
      <p>{textOf(error)}</p>
      {onRetry && !isGone && <Button onClick={onRetry}>{t('common.retry')}</Button>}
    </div>
  );
}
