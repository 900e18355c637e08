import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { usePortal } from '../app/portal-context.tsx';

/** Up to this width, filters are folded in until the user wants them. As in portal.css. */
const NARROW = '(max-width: 45rem)';

interface FilterBoxProps {
  /** Number of filters that are set. */
  readonly count: number;
  readonly children: ComponentChildren;
}

/** The filters of a list. On a narrow screen, the list comes first. */
export function FilterBox({ count, children }: FilterBoxProps) {
  const { t } = usePortal();
  const [isOpen] = useState(() => !window.matchMedia(NARROW).matches);
  return (
    <details class="filter-box" open={isOpen}>
      <summary>{count === 0 ? t('filters.title') : t('filters.set', { count })}</summary>
      <form
        class="filters"
        role="search"
        aria-label={t('filters.title')}
        onSubmit={(event) => event.preventDefault()}
      >
        {children}
      </form>
    </details>
  );
}
