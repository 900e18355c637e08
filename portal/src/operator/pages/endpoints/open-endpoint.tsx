import { useState } from 'preact/hooks';
import { useNavigation } from '../../../app/navigation.tsx';
import { usePortal } from '../../../app/portal-context.tsx';
import { TextField } from '../../../parts/field.tsx';

/** Opens an endpoint by its ids, e.g. one that a tenant reports and that does not fail. */
export function OpenEndpoint() {
  const { t, readOnly } = usePortal();
  const { go } = useNavigation();
  const [tenantUid, setTenant] = useState('');
  const [httpTransportUid, setEndpoint] = useState('');
  const [isIncomplete, setIncomplete] = useState(false);
  if (readOnly) return null;
  const open = (event: Event): void => {
    event.preventDefault();
    const wanted = [tenantUid.trim(), httpTransportUid.trim()];
    setIncomplete(wanted.includes(''));
    if (!wanted.includes('')) go(['endpoints', ...wanted]);
  };
  return (
    <form class="filters" aria-label={t('operator.anyEndpoint')} onSubmit={open}>
      <TextField label={t('operator.tenant')} value={tenantUid} onInput={setTenant} />
      <TextField
        label={t('endpoints.uid')}
        value={httpTransportUid}
        onInput={setEndpoint}
        error={isIncomplete ? t('operator.idsMissing') : undefined}
      />
      <button type="submit" class="button button-plain">
        {t('operator.open')}
      </button>
    </form>
  );
}
