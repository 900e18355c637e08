import { useEffect, useRef, useState } from 'preact/hooks';
import { Loading } from '../parts/empty.tsx';
import { Problem } from '../parts/problem.tsx';
import { FEATURES, type Feature } from './config.ts';
import { Link, useNavigation } from './navigation.tsx';
import { PAGES, type Page } from './pages.ts';
import { usePortal } from './portal-context.tsx';

/** The frame of the portal: header, navigation, and the page of the present place. */
export function Shell() {
  const { config, t, readOnly } = usePortal();
  const { path, tenantUid } = useNavigation();
  const features = FEATURES.filter((feature) => PAGES[feature] && !config.hide.includes(feature));
  const current = features.find((feature) => feature === path[0]) ?? features[0]!;
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
        <span class="shell-tenant">{tenantUid}</span>
        {readOnly && <span class="shell-note">{t('shell.readOnly')}</span>}
      </header>
      <nav class="shell-nav" aria-label={t('shell.navigation')}>
        <ul>
          {features.map((feature) => (
            <li key={feature}>
              <Link to={[feature]} aria-current={feature === current ? 'page' : undefined}>
                {t(`nav.${feature}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" ref={main} class="shell-main" tabIndex={-1}>
        <LazyPage key={`${tenantUid}/${current}`} feature={current} />
      </main>
    </div>
  );
}

function LazyPage({ feature }: { feature: Feature }) {
  const { t } = usePortal();
  const [page, setPage] = useState<{ Page: Page } | undefined>();
  const [error, setError] = useState<unknown>();
  const load = (): void => {
    setError(undefined);
    PAGES[feature]!().then((module) => setPage({ Page: module.default }), setError);
  };
  useEffect(load, [feature]);
  if (error !== undefined) return <Problem error={error} onRetry={load} />;
  return page ? <page.Page /> : <Loading label={t('common.loading')} />;
}
