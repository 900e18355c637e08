import { useEffect, useState } from 'preact/hooks';
import type { CreatedEndpoint } from '../../api/types.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ActionPicker } from './action-picker.tsx';
import type { Choice } from './action-choice.ts';
import { SecretOnce } from './secret-once.tsx';
import { TestSend } from './test-send.tsx';
import { forgetDraft, keepDraft, keptDraft } from './draft.ts';

const STEPS = ['target', 'actions', 'test'] as const;
type Step = (typeof STEPS)[number];

/** Creates an endpoint in three steps: where to send, what to send, and whether it works. A reload keeps what was entered. */
export function CreateWizard() {
  const { t } = usePortal();
  const { tenantUid } = useNavigation();
  const [draft, setDraft] = useState(() => keptDraft(tenantUid));
  const [step, setStep] = useState<Step>('target');
  const [created, setCreated] = useState<CreatedEndpoint>();
  useEffect(() => {
    if (created) forgetDraft(tenantUid);
    else keepDraft(tenantUid, draft);
  }, [draft, created, tenantUid]);
  return (
    <>
      <header class="page-header">
        <div class="stack">
          <Link to={['endpoints']}>{t('endpoints.back')}</Link>
          <h1>{t('wizard.title')}</h1>
        </div>
      </header>
      <ol class="steps" aria-label={t('wizard.steps')}>
        {STEPS.map((name, index) => (
          <li key={name} aria-current={name === step ? 'step' : undefined}>
            {index + 1}. {t(`wizard.step.${name}`)}
          </li>
        ))}
      </ol>
      {step === 'target' && <Target draft={draft} onChange={setDraft} onNext={() => setStep('actions')} />}
      {step === 'actions' && (
        <Actions
          draft={draft}
          onChange={setDraft}
          onBack={() => setStep('target')}
          onCreated={(endpoint) => {
            setCreated(endpoint);
            setStep('test');
          }}
        />
      )}
      {step === 'test' && created && <Done endpoint={created} />}
    </>
  );
}

type Draft = ReturnType<typeof keptDraft>;

interface StepProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

function Target({ draft, onChange, onNext }: StepProps & { onNext: () => void }) {
  const { t } = usePortal();
  const [isChecked, check] = useState(false);
  const urlError = /^https?:\/\/\S+$/i.test(draft.url) ? undefined : t('wizard.urlInvalid');
  const nameError = draft.name.trim() === '' ? t('wizard.nameMissing') : undefined;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        check(true);
        if (!urlError && !nameError) onNext();
      }}
    >
      <TextField
        label={t('endpoints.url')}
        hint={t('wizard.urlHint')}
        type="url"
        inputMode="url"
        placeholder="https://"
        value={draft.url}
        error={isChecked ? urlError : undefined}
        onInput={(url) => onChange({ ...draft, url: url.trim() })}
      />
      <TextField
        label={t('endpoints.name')}
        hint={t('wizard.nameHint')}
        maxLength={255}
        value={draft.name}
        error={isChecked ? nameError : undefined}
        onInput={(name) => onChange({ ...draft, name })}
      />
      <div class="row">
        <button type="submit" class="button button-primary">
          {t('wizard.next')}
        </button>
      </div>
    </form>
  );
}

interface ActionsProps extends StepProps {
  readonly onBack: () => void;
  readonly onCreated: (endpoint: CreatedEndpoint) => void;
}

/** The endpoint is created first, then its subscriptions; what exists already is not created again after a failure. */
function Actions({ draft, onChange, onBack, onCreated }: ActionsProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const [endpoint, setEndpoint] = useState<CreatedEndpoint>();
  const [subscribed, setSubscribed] = useState<Choice>(new Set());
  const [error, setError] = useState<unknown>();
  const choice: Choice = new Set(draft.actions);
  const create = async (): Promise<void> => {
    try {
      setError(undefined);
      const created =
        endpoint ??
        (
          await api.POST('/tenants/{tenantUid}/httptransports', {
            params: { path: { tenantUid } },
            body: { url: draft.url, name: draft.name },
          })
        ).data!;
      setEndpoint(created);
      const done = new Set(subscribed);
      for (const action of choice) {
        if (done.has(action)) continue;
        await api.POST('/tenants/{tenantUid}/httptransports/{httpTransportUid}/webhooks', {
          params: { path: { tenantUid, httpTransportUid: created.httpTransportUid } },
          body: { action },
        });
        done.add(action);
        setSubscribed(new Set(done));
      }
      onCreated(created);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div class="stack">
      <ActionPicker choice={choice} onChange={(next) => onChange({ ...draft, actions: [...next] })} />
      {error !== undefined && <Problem error={error} />}
      <div class="row">
        {!endpoint && <Button onClick={onBack}>{t('wizard.back')}</Button>}
        <Button kind="primary" disabled={choice.size === 0} onClick={create}>
          {t('wizard.create')}
        </Button>
        {choice.size === 0 && <span class="muted">{t('wizard.chooseFirst')}</span>}
      </div>
    </div>
  );
}

function Done({ endpoint }: { endpoint: CreatedEndpoint }) {
  const { t } = usePortal();
  return (
    <div class="stack">
      <p role="status">{t('wizard.created', { name: endpoint.name })}</p>
      <SecretOnce secret={endpoint.signingSecret} />
      <TestSend uid={endpoint.httpTransportUid} />
      <Link class="button button-primary" to={['endpoints', endpoint.httpTransportUid]}>
        {t('wizard.done')}
      </Link>
    </div>
  );
}
