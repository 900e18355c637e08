import { useEffect, useState } from 'preact/hooks';
import type { CreatedEndpoint } from '../../api/types.ts';
import { Link, useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { forgetDraft, keepDraft, keptDraft } from './draft.ts';
import { SecretOnce } from './secret-once.tsx';
import { TestSend } from './test-send.tsx';
import { WizardActions } from './wizard-actions.tsx';
import { WizardTarget } from './wizard-target.tsx';

const STEPS = ['target', 'actions', 'test'] as const;
type Step = (typeof STEPS)[number];

/** Creates an endpoint in three steps: where to send, what to send, and whether it works. A reload keeps what was entered. */
export function CreateWizard() {
  const { t } = usePortal();
  const { tenantUid, go } = useNavigation();
  const [draft, setDraft] = useState(() => keptDraft(tenantUid));
  const [step, setStep] = useState<Step>('target');
  const [created, setCreated] = useState<CreatedEndpoint>();
  useEffect(() => {
    if (created) forgetDraft(tenantUid);
    else keepDraft(tenantUid, draft);
  }, [draft, created, tenantUid]);
  const cancel = (): void => {
    forgetDraft(tenantUid);
    go(['endpoints']);
  };
  const input = { draft, onChange: setDraft, onCancel: cancel };
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
      {step === 'target' && <WizardTarget {...input} onNext={() => setStep('actions')} />}
      {step === 'actions' && (
        <WizardActions
          {...input}
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
