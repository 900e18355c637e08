import { useState } from 'preact/hooks';
import type { Endpoint, FailingEndpoint } from '../../../api/types.ts';
import { usePortal } from '../../../app/portal-context.tsx';
import { Uid } from '../../../parts/copy.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { EndpointBadge } from '../../../parts/status-badge.tsx';
import { Time } from '../../../parts/time.tsx';
import { EndpointCommands } from './endpoint-commands.tsx';
import type { EndpointPlace } from './use-failing.ts';

interface EndpointDrawerProps {
  readonly place: EndpointPlace;
  /** The endpoint in the list of those that fail; undefined: it is not there, or not loaded yet. */
  readonly listed: FailingEndpoint | undefined;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** An endpoint of any tenant, with the commands of an operator. */
export function EndpointDrawer({ place, listed, onChanged, onClose }: EndpointDrawerProps) {
  const { t, formats } = usePortal();
  // The response to the last command is newer than the list.
  const [changed, setChanged] = useState<Endpoint>();
  const known = changed ?? listed;
  return (
    <Dialog kind="drawer" title={known?.name ?? place.httpTransportUid} onClose={onClose}>
      <dl class="facts">
        <dt>{t('operator.tenant')}</dt>
        <dd>
          <Uid value={place.tenantUid} />
        </dd>
        <dt>{t('endpoints.uid')}</dt>
        <dd>
          <Uid value={place.httpTransportUid} />
        </dd>
        <dt>{t('endpoints.state')}</dt>
        <dd>{known ? <EndpointBadge endpoint={known} /> : t('operator.stateUnknown')}</dd>
        {known?.disabledReason && (
          <>
            <dt>{t('operator.disabledBecause')}</dt>
            <dd>{t(`disabledReason.${known.disabledReason}`)}</dd>
          </>
        )}
        {known?.failingSince && (
          <>
            <dt>{t('endpoints.failingSince')}</dt>
            <dd>
              <Time at={known.failingSince} />
            </dd>
          </>
        )}
        {listed && (
          <>
            <dt>{t('operator.origin')}</dt>
            <dd>{listed.origin}</dd>
            <dt>{t('operator.ofDay')}</dt>
            <dd>
              {t('operator.counts', {
                delivered: formats.number(listed.delivered),
                failed: formats.number(listed.failed),
                retried: formats.number(listed.retried),
              })}
            </dd>
          </>
        )}
      </dl>
      <EndpointCommands
        place={place}
        name={known?.name ?? place.httpTransportUid}
        state={known?.state}
        onChanged={(endpoint) => {
          setChanged(endpoint);
          onChanged();
        }}
      />
    </Dialog>
  );
}
