import { useQuery } from '../api/use-query.ts';
import { useNavigation } from '../app/navigation.tsx';
import { usePortal } from '../app/portal-context.tsx';
import { useSettled } from '../app/use-settled.ts';
import { SuggestField } from './suggest-field.tsx';

const MOST_SUGGESTIONS = 20;
/** Ids as the API accepts them. */
const UID = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a text may be the id of an endpoint. */
export const isEndpointUid = (text: string): boolean => UID.test(text);

interface EndpointFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
}

/** An endpoint by its id. Suggests endpoints whose name, id or URL contains the text; a whole name becomes the id. */
export function EndpointField({ value, onInput, ...field }: EndpointFieldProps) {
  const { api, t } = usePortal();
  const { tenantUid } = useNavigation();
  const search = useSettled(value.trim());
  const found = useQuery(
    async (signal) =>
      (
        await api.GET('/tenants/{tenantUid}/httptransports', {
          params: {
            path: { tenantUid },
            query: { pageSize: MOST_SUGGESTIONS, ...(search !== '' && { search }) },
          },
          signal,
        })
      ).data!.items,
    [api, tenantUid, search],
  ).data;
  const uidOf = (text: string): string =>
    found?.find(({ name }) => name.toLowerCase() === text.trim().toLowerCase())?.httpTransportUid ?? text;
  return (
    <SuggestField
      {...field}
      hint={t('endpoint.fieldHint')}
      error={value === '' || isEndpointUid(value) ? undefined : t('endpoint.fieldUnknown')}
      value={value}
      onInput={(text) => onInput(uidOf(text))}
      suggestions={(found ?? []).map(({ httpTransportUid, name }) => ({
        value: httpTransportUid,
        label: name,
      }))}
    />
  );
}
