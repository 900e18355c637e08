import { useNavigation } from '../../app/navigation.tsx';
import { usePortal } from '../../app/portal-context.tsx';
import { useTypedQuery } from '../../app/use-typed-query.ts';
import { Button } from '../../parts/button.tsx';
import { EndpointField } from '../../parts/endpoint-field.tsx';
import { SelectField, TextField } from '../../parts/field.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { ActionField } from '../catalog/action-field.tsx';
import { FILTER_NAMES, STATUSES } from './filters.ts';

/** Filters of the list. They are in the URL: a link restores them, and Back undoes a change. */
export function DeliveryFilterBar() {
  const { t } = usePortal();
  const { query, setQuery } = useNavigation();
  const value = (name: string): string => query[name] ?? '';
  const typed = useTypedQuery();
  const count = FILTER_NAMES.filter((name) => value(name) !== '').length;
  return (
    <FilterBox count={count}>
      <SelectField
        label={t('deliveries.status')}
        value={value('status')}
        options={[
          { value: '', label: t('deliveries.anyStatus') },
          ...STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) })),
        ]}
        onChange={(status) => setQuery({ status })}
      />
      <EndpointField label={t('deliveries.endpoint')} {...typed('endpoint')} />
      <ActionField {...typed('action')} />
      <TextField label={t('deliveries.event')} hint={t('deliveries.eventHint')} {...typed('event')} />
      <TextField type="datetime-local" label={t('deliveries.from')} {...typed('from')} />
      <TextField type="datetime-local" label={t('deliveries.to')} {...typed('to')} />
      {count > 0 && (
        <Button onClick={() => setQuery(Object.fromEntries(FILTER_NAMES.map((name) => [name, undefined])))}>
          {t('deliveries.clear')}
        </Button>
      )}
    </FilterBox>
  );
}
