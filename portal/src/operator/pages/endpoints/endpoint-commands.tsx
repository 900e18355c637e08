import { useState } from 'preact/hooks';
import type { Endpoint } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { Button } from '../../../parts/button.tsx';
import { Confirm } from '../../../parts/confirm.tsx';
import { TextField } from '../../../parts/field.tsx';
import { useToast } from '../../../parts/toasts.tsx';
import { commandsFor, type EndpointCommand, type EndpointState } from './commands.ts';
import type { EndpointPlace } from './use-failing.ts';

/** Maximum length of the reason for disabling an endpoint, in characters. */
const MAX_REASON = 64;

interface EndpointCommandsProps {
  readonly place: EndpointPlace;
  readonly name: string;
  /** Undefined: not known. */
  readonly state: EndpointState | undefined;
  /** Gets the endpoint as the server returned it. */
  readonly onChanged: (endpoint: Endpoint) => void;
}

/** Pauses, resumes, disables or enables an endpoint of any tenant, each after a question that says what will happen. */
export function EndpointCommands({ place, name, state, onChanged }: EndpointCommandsProps) {
  const { api, t, readOnly } = usePortal();
  const say = useToast();
  const [asked, ask] = useState<EndpointCommand>();
  const [reason, setReason] = useState('');
  if (readOnly) return null;
  const run = async (command: EndpointCommand): Promise<void> => {
    const params = { path: { ...place } };
    const base = '/webhookoperations/tenants/{tenantUid}/httptransports/{httpTransportUid}';
    const { data } =
      command === 'disable'
        ? await api.POST(`${base}/disable`, { params, body: reason.trim() ? { reason: reason.trim() } : {} })
        : await api.POST(`${base}/${command}`, { params });
    onChanged(data!);
    say(t(`operator.done.${command}`, { name }));
  };
  return (
    <div class="row">
      {commandsFor(state).map((command) => (
        <Button
          key={command}
          kind={command === 'disable' ? 'danger' : 'plain'}
          onClick={() => {
            setReason('');
            ask(command);
          }}
        >
          {t(`endpointAction.${command}`)}
        </Button>
      ))}
      {asked && (
        <Confirm
          title={t(`endpointAction.${asked}.title`, { name })}
          action={t(`endpointAction.${asked}`)}
          isDanger={asked === 'disable'}
          onConfirm={() => run(asked)}
          onClose={() => ask(undefined)}
        >
          <p>{t(`endpointAction.${asked}.explanation`)}</p>
          {asked === 'disable' && (
            <TextField
              label={t('operator.reason')}
              hint={t('operator.disableReasonHint')}
              value={reason}
              onInput={setReason}
              maxLength={MAX_REASON}
            />
          )}
          <p class="muted">{t('operator.audited', { tenant: place.tenantUid })}</p>
        </Confirm>
      )}
    </div>
  );
}
