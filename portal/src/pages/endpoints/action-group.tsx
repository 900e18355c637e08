import { usePortal } from '../../app/portal-context.tsx';
import { stateOf, toggleAction, toggleGroup, type ActionGroup, type Choice } from './action-choice.ts';

interface ActionGroupsProps {
  readonly groups: readonly ActionGroup[];
  /** Whether an action is shown, e.g. because it matches a search. */
  readonly isShown: (action: string) => boolean;
  readonly descriptions: ReadonlyMap<string, string>;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}

/** A list of groups and of single actions, each with a box to choose it. */
export const ActionGroups = ({ groups, isShown, ...rest }: ActionGroupsProps) => (
  <ul class="picker-groups">
    {groups.map((group) => {
      const shown = group.actions.filter(isShown);
      if (shown.length === 0) return null;
      return (
        <li key={group.actions[0]}>
          {group.prefix === '' ? (
            <ActionBox group={group} action={shown[0]!} {...rest} />
          ) : (
            <Group group={group} shown={shown} {...rest} />
          )}
        </li>
      );
    })}
  </ul>
);

interface GroupProps extends Omit<ActionGroupsProps, 'groups' | 'isShown'> {
  readonly group: ActionGroup;
}

function Group({ shown, ...rest }: GroupProps & { readonly shown: readonly string[] }) {
  const { t } = usePortal();
  const { group, choice, onChange } = rest;
  const state = stateOf(group, choice);
  return (
    <>
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
      <ul class="picker-members">
        {shown.map((action) => (
          <li key={action}>
            <ActionBox action={action} {...rest} />
          </li>
        ))}
      </ul>
    </>
  );
}

const ActionBox = ({
  group,
  action,
  descriptions,
  choice,
  onChange,
}: GroupProps & { readonly action: string }) => (
  <label class="check">
    <input
      type="checkbox"
      checked={choice.has(action) || stateOf(group, choice) === 'all'}
      onChange={() => onChange(toggleAction(group, action, choice))}
    />
    <span>
      <code>{action}</code> <span class="muted">{descriptions.get(action)}</span>
    </span>
  </label>
);
