import { useState } from 'preact/hooks';
import type { Action } from '../../api/types.ts';
import type { Query } from '../../api/use-query.ts';
import { usePortal } from '../../app/portal-context.tsx';
import { Loading } from '../../parts/empty.tsx';
import { TextField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { groupActions, isNotification, toggleEverything, type Choice } from './action-choice.ts';
import { ActionGroups } from './action-group.tsx';

interface ActionPickerProps {
  /** The catalog. */
  readonly actions: Query<readonly Action[]>;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

/** Chooses event types: everything, whole groups, or single ones, with what each means. Notifications about endpoints come last. */
export function ActionPicker({ actions, choice, onChange }: ActionPickerProps) {
  const { t } = usePortal();
  const [search, setSearch] = useState('');
  if (!actions.data) {
    if (actions.error !== undefined) return <Problem error={actions.error} onRetry={actions.reload} />;
    return <Loading rows={6} label={t('common.loading')} />;
  }
  const descriptions = new Map(actions.data.map(({ action, description }) => [action, description]));
  const names = [...descriptions.keys()];
  // If everything is chosen, there is no search field.
  const isShown = (action: string): boolean =>
    choice.has('*') || `${action} ${descriptions.get(action)}`.toLowerCase().includes(search.toLowerCase());
  const groups = { isShown, descriptions, choice, onChange };
  const notifications = names.filter(isNotification);
  return (
    <fieldset class="picker">
      <legend>{t('picker.legend')}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={choice.has('*')}
          onChange={() => onChange(toggleEverything(choice))}
        />
        {t('picker.everything')}
      </label>
      {choice.has('*') ? (
        <p class="muted">{t('picker.everythingHint')}</p>
      ) : (
        <>
          <TextField type="search" label={t('catalog.search')} value={search} onInput={setSearch} />
          <ActionGroups groups={groupActions(names.filter((name) => !isNotification(name)))} {...groups} />
        </>
      )}
      {notifications.some(isShown) && (
        <fieldset class="picker-part">
          <legend>{t('picker.notifications')}</legend>
          <ActionGroups groups={groupActions(notifications)} {...groups} />
        </fieldset>
      )}
    </fieldset>
  );
}
