import { useState } from 'preact/hooks';
import { usePortal } from '../../app/portal-context.tsx';
import { Loading } from '../../parts/empty.tsx';
import { TextField } from '../../parts/field.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useActions } from '../catalog/use-actions.ts';
import {
  groupActions,
  stateOf,
  toggleAction,
  toggleGroup,
  type ActionGroup,
  type Choice,
} from './action-choice.ts';

interface ActionPickerProps {
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

/** Chooses events: everything, whole groups, or single ones, with what each means. */
export function ActionPicker({ choice, onChange }: ActionPickerProps) {
  const { t } = usePortal();
  const [search, setSearch] = useState('');
  const actions = useActions();
  if (actions.error !== undefined) return <Problem error={actions.error} onRetry={actions.reload} />;
  if (!actions.data) return <Loading rows={6} label={t('common.loading')} />;
  const descriptions = new Map(actions.data.map(({ action, description }) => [action, description]));
  const matches = (action: string): boolean =>
    `${action} ${descriptions.get(action)}`.toLowerCase().includes(search.toLowerCase());
  const groups = groupActions(actions.data.map(({ action }) => action));
  return (
    <fieldset class="picker">
      <legend>{t('picker.legend')}</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={choice.has('*')}
          onChange={() => onChange(new Set(choice.has('*') ? [] : ['*']))}
        />
        {t('picker.everything')}
      </label>
      {choice.has('*') ? (
        <p class="muted">{t('picker.everythingHint')}</p>
      ) : (
        <>
          <TextField type="search" label={t('catalog.search')} value={search} onInput={setSearch} />
          {groups.map((group) => {
            const shown = group.actions.filter(matches);
            return shown.length === 0 ? null : (
              <Group
                key={group.prefix}
                group={group}
                shown={shown}
                descriptions={descriptions}
                choice={choice}
                onChange={onChange}
              />
            );
          })}
        </>
      )}
    </fieldset>
  );
}

interface GroupProps extends ActionPickerProps {
  readonly group: ActionGroup;
  readonly shown: readonly string[];
  readonly descriptions: ReadonlyMap<string, string>;
}

function Group({ group, shown, descriptions, choice, onChange }: GroupProps) {
  const { t } = usePortal();
  const state = stateOf(group, choice);
  return (
    <div class="picker-group">
      {group.prefix !== '' && (
        <label class="check">
          <input
            type="checkbox"
            checked={state === 'all'}
            ref={(input) => {
              if (input) input.indeterminate = state === 'some';
            }}
            onChange={() => onChange(toggleGroup(group, choice))}
          />
          <strong>{t('picker.group', { prefix: `${group.prefix}*` })}</strong>
        </label>
      )}
      <ul>
        {shown.map((action) => (
          <li key={action}>
            <label class="check">
              <input
                type="checkbox"
                checked={choice.has(action) || (group.prefix !== '' && state === 'all')}
                onChange={() => onChange(toggleAction(group, action, choice))}
              />
              <span>
                <code>{action}</code> <span class="muted">{descriptions.get(action)}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
