import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Loading } from '../parts/empty.tsx';
import { Problem } from '../parts/problem.tsx';
import { Link, useNavigation } from './navigation.tsx';
import type { LoadPage, Page } from './pages.ts';
import { usePortal } from './portal-context.tsx';

interface FrameProps {
  /** The pages in the order of the navigation. A key is the first segment of the place, and `nav.<key>` is its text. */
  readonly pages: Readonly<Record<string, LoadPage>>;
  /** Shown beside the title, e.g. the tenant. */
  readonly subject?: string;
  /** Shown above every page. */
  readonly banner?: ComponentChildren;
}

/** The frame of all pages: header, navigation, and the page of the present place. */
export function Frame({ pages, subject = '', banner }: FrameProps) {
  const { config, t, readOnly } = usePortal();
  const { path, tenantUid } = useNavigation();
  const names = Object.keys(pages);
  const current = names.find((name) => name === path[0]) ?? names[0]!;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // After a change of the page, screen readers and the keyboard continue at its heading.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [current]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('shell.skip')}
      </a>
      <header class="shell-header">
        {config.logoUrl && <img class="shell-logo" src={config.logoUrl} alt="" height={28} />}
        <span class="shell-title">{config.title}</span>
        {subject && <span class="shell-tenant">{subject}</span>}
        {readOnly && <span class="shell-note">{t('shell.readOnly')}</span>}
      </header>
      <nav class="shell-nav" aria-label={t('shell.navigation')}>
        <ul>
          {names.map((name) => (
            <li key={name}>
              <Link to={[name]} aria-current={name === current ? 'page' : undefined}>
                {t(`nav.${name}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" ref={main} class="shell-main" tabIndex={-1}>
        {banner}
        <LazyPage key={`${tenantUid}/${current}`} load={pages[current]!} />
      </main>
    </div>
  );
}

/** A page that is loaded when it is first shown. */
function LazyPage({ load }: { load: LoadPage }) {
  const { t } = usePortal();
  const [page, setPage] = useState<{ Page: Page } | undefined>();
  const [error, setError] = useState<unknown>();
  const run = (): void => {
    setError(undefined);
    load().then((module) => setPage({ Page: module.default }), setError);
  };
  useEffect(run, [load]);
  if (error !== undefined) return <Problem error={error} onRetry={run} />;
  return page ? <page.Page /> : <Loading label={t('common.loading')} />;
}
