import { usePortal } from '../../app/portal-context.tsx';
import { SuggestField } from '../../parts/suggest-field.tsx';
import { useActions } from './use-actions.ts';

interface ActionFieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
}

/** An event type (an action, in the API), with those of the catalog as suggestions. */
export function ActionField(field: ActionFieldProps) {
  const { t } = usePortal();
  const actions = useActions().data ?? [];
  return (
    <SuggestField
      {...field}
      label={t('deliveries.action')}
      hint={t('deliveries.actionHint')}
      suggestions={actions.map(({ action, description }) => ({ value: action, label: description }))}
    />
  );
}
