import { useState } from 'preact/hooks';
import type { Endpoint } from '../../api/types.ts';
import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { Button } from '../../parts/button.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useToast } from '../../parts/toasts.tsx';
import { HeadersField } from './headers-field.tsx';
import { changeOf, settingsOf, type Settings } from './settings.ts';

interface SettingsFormProps {
  readonly endpoint: Endpoint;
  readonly onChanged: (endpoint: Endpoint) => void;
}

/** Everything that can be set for an endpoint. Only what differs is sent, so that two people can change different fields. */
export function SettingsForm({ endpoint, onChanged }: SettingsFormProps) {
  const { api, t, readOnly } = usePortal();
  const { tenantUid } = useNavigation();
  const say = useToast();
  const [settings, setSettings] = useState(() => settingsOf(endpoint));
  const [error, setError] = useState<unknown>();
  const set =
    <Name extends keyof Settings>(name: Name) =>
    (value: Settings[Name]) =>
      setSettings((before) => ({ ...before, [name]: value }));
  const text = (name: Exclude<keyof Settings, 'headers' | 'securityType'>) => ({
    label: t(`settings.${name}`),
    value: settings[name],
    disabled: readOnly,
    onInput: set(name),
  });
  const save = async (): Promise<void> => {
    try {
      setError(undefined);
      const { data } = await api.PATCH('/tenants/{tenantUid}/httptransports/{httpTransportUid}', {
        params: { path: { tenantUid, httpTransportUid: endpoint.httpTransportUid } },
        body: changeOf(endpoint, settings),
      });
      onChanged(data!);
      say(t('settings.saved'));
    } catch (thrown) {
      setError(thrown);
    }
  };
  const isChanged = Object.keys(changeOf(endpoint, settings)).length > 0;
  return (
    <form class="card stack" aria-labelledby="settings" onSubmit={(event) => event.preventDefault()}>
      <h2 id="settings">{t('settings.title')}</h2>
      <TextField {...text('name')} maxLength={255} />
      <TextField {...text('url')} type="url" hint={t('settings.urlHint')} />
      <SelectField
        label={t('settings.securityType')}
        value={settings.securityType}
        options={(['NONE', 'BASIC_AUTH', 'BEARER_TOKEN'] as const).map((kind) => ({
          value: kind,
          label: t(`securityType.${kind}`),
        }))}
        onChange={(value) => set('securityType')(value as Settings['securityType'])}
      />
      {settings.securityType === 'BASIC_AUTH' && (
        <>
          <TextField {...text('username')} />
          <TextField {...text('password')} type="password" hint={t('settings.maskHint')} />
        </>
      )}
      {settings.securityType === 'BEARER_TOKEN' && (
        <TextField {...text('token')} type="password" hint={t('settings.maskHint')} />
      )}
      <HeadersField headers={settings.headers} onChange={set('headers')} />
      <details>
        <summary>{t('settings.advanced')}</summary>
        <div class="stack">
          <TextField {...text('timeoutMs')} inputMode="numeric" hint={t('settings.timeoutHint')} />
          <TextField {...text('maxConcurrency')} inputMode="numeric" hint={t('settings.concurrencyHint')} />
          <TextField {...text('rateRequests')} inputMode="numeric" hint={t('settings.rateHint')} />
          <TextField {...text('ratePerSeconds')} inputMode="numeric" hint={t('settings.windowHint')} />
          <TextField {...text('schedule')} hint={t('settings.scheduleHint')} />
        </div>
      </details>
      {error !== undefined && <Problem error={error} />}
      {!readOnly && (
        <div class="row">
          <Button kind="primary" disabled={!isChanged} onClick={save}>
            {t('common.save')}
          </Button>
          {isChanged && (
            <Button onClick={() => setSettings(settingsOf(endpoint))}>{t('settings.revert')}</Button>
          )}
        </div>
      )}
    </form>
  );
}
