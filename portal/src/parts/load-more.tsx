import type { Pages } from '../api/use-pages.ts';
import { usePortal } from '../app/portal-context.tsx';
import { Button } from './button.tsx';
import { Loading } from './empty.tsx';
import { Problem } from './problem.tsx';

/** The end of a list: a sign that more is loading, an error, or a button for users who do not scroll. */
export function LoadMore<T>({ pages }: { pages: Pages<T> }) {
  const { t } = usePortal();
  if (pages.error !== undefined) return <Problem error={pages.error} onRetry={pages.reload} />;
  if (pages.isLoading) return <Loading rows={pages.items.length === 0 ? 8 : 1} label={t('common.loading')} />;
  return pages.hasMore ? <Button onClick={pages.loadMore}>{t('common.loadMore')}</Button> : null;
}
