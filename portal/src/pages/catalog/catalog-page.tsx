import { useState } from 'preact/hooks';
import { usePortal } from '../../app/portal-context.tsx';
import { Empty, Loading } from '../../parts/empty.tsx';
import { TextField } from '../../parts/field.tsx';
import { JsonBlock, TextBlock } from '../../parts/json-view.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useActions } from './use-actions.ts';
import { SNIPPETS } from './snippets.ts';

/** The event types that an endpoint can subscribe to, with an example of each, and how a receiver verifies requests. */
export default function CatalogPage() {
  const { t } = usePortal();
  const [search, setSearch] = useState('');
  const actions = useActions();
  const found = (actions.data ?? []).filter(({ action, description }) =>
    `${action} ${description}`.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <>
      <header class="page-header">
        <h1>{t('nav.catalog')}</h1>
      </header>
      <TextField type="search" label={t('catalog.search')} value={search} onInput={setSearch} />
      {actions.error !== undefined && <Problem error={actions.error} onRetry={actions.reload} />}
      {!actions.data && actions.error === undefined && <Loading rows={8} label={t('common.loading')} />}
      {actions.data && found.length === 0 && <Empty title={t('catalog.empty')} />}
      <ul class="stories">
        {found.map(({ action, description, example }) => (
          <li key={action} class="card">
            <details>
              <summary>
                <code>{action}</code> <span class="muted">{description}</span>
              </summary>
              <JsonBlock text={JSON.stringify(example)} label={t('catalog.example', { action })} />
            </details>
          </li>
        ))}
      </ul>
      <section class="stack" aria-labelledby="verify">
        <h2 id="verify">{t('catalog.verify')}</h2>
        <p>{t('catalog.verifyHint')}</p>
        <Tabs
          label={t('catalog.languages')}
          tabs={SNIPPETS.map(({ language, code }) => ({
            key: language,
            label: language,
            content: () => <TextBlock text={code} label={language} />,
          }))}
        />
      </section>
    </>
  );
}
