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

/**
 * An endpoint by its id. Suggests endpoints whose name, id or URL contains the text. A whole name becomes the id: at once if no
 * other endpoint matches, otherwise when the field loses the focus, because the user may go on to type a longer name.
 */
export function EndpointField({ value, onInput, onBlur, ...field }: EndpointFieldProps) {
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
      onInput={(text) => onInput(found?.length === 1 ? uidOf(text) : text)}
      onBlur={() => {
        if (uidOf(value) !== value) onInput(uidOf(value));
        onBlur?.();
      }}
      suggestions={(found ?? []).map(({ httpTransportUid, name }) => ({
        value: httpTransportUid,
        label: name,
      }))}
    />
  );
}
