import { useId, useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { useToast } from '../../parts/toasts.tsx';
import { useCommand, type Command } from './use-command.ts';

interface EndpointActionsProps {
  readonly endpoint: Endpoint;
  readonly onChanged: (endpoint: Endpoint) => void;
}

/** Commands whose difference a sentence beside the buttons explains. */
const EXPLAINED: readonly (Command | 'delete')[] = ['pause', 'disable'];

/** Pauses, resumes, disables or deletes an endpoint, each after a question that says what will happen. */
export function EndpointActions({ endpoint, onChanged }: EndpointActionsProps) {
  const { api, t, readOnly } = usePortal();
  const { tenantUid, go } = useNavigation();
  const say = useToast();
  const run = useCommand(endpoint.httpTransportUid, onChanged);
  const id = useId();
  const [asked, ask] = useState<Command | 'delete'>();
  if (readOnly) return null;
  const remove = async (): Promise<void> => {
    await api.DELETE('/tenants/{tenantUid}/httptransports/{httpTransportUid}', {
      params: { path: { tenantUid, httpTransportUid: endpoint.httpTransportUid } },
    });
    say(t('endpointAction.deleted'));
    go(['endpoints'], {}, { replace: true });
  };
  const offered: readonly (Command | 'delete')[] =
    endpoint.state === 'ACTIVE'
      ? ['pause', 'disable', 'delete']
      : endpoint.state === 'PAUSED'
        ? ['resume', 'disable', 'delete']
        : ['delete'];
  return (
    <div class="endpoint-actions">
      <div class="row">
        {offered.map((command) => (
          <Button
            key={command}
            kind={command === 'delete' ? 'danger' : 'plain'}
            aria-describedby={EXPLAINED.includes(command) ? `${id}-${command}` : undefined}
            onClick={() => ask(command)}
          >
            {t(`endpointAction.${command}`)}
          </Button>
        ))}
      </div>
      {offered
        .filter((command) => EXPLAINED.includes(command))
        .map((command) => (
          <p key={command} id={`${id}-${command}`} class="field-hint">
            {t(`endpointAction.${command}.hint`)}
          </p>
        ))}
      {asked && (
        <Confirm
          title={t(`endpointAction.${asked}.title`, { name: endpoint.name })}
          action={t(`endpointAction.${asked}`)}
          isDanger={asked === 'delete' || asked === 'disable'}
          onConfirm={asked === 'delete' ? remove : () => run(asked)}
          onClose={() => ask(undefined)}
        >
          <p>{t(`endpointAction.${asked}.explanation`)}</p>
        </Confirm>
      )}
    </div>
  );
}
