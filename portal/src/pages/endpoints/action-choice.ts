/** Actions that begin alike, e.g. all of `ORDER_`. */
export interface ActionGroup {
  /** E.g. `ORDER_`; empty for actions without an underscore. */
  readonly prefix: string;
  readonly actions: readonly string[];
}

/** Groups actions by the word before the first underscore. A word that only one action has is not a group of its own. */
export function groupActions(actions: readonly string[]): readonly ActionGroup[] {
  const groups = new Map<string, string[]>();
  for (const action of [...actions].sort()) {
    const prefix = action.includes('_') ? action.slice(0, action.indexOf('_') + 1) : '';
    groups.set(prefix, [...(groups.get(prefix) ?? []), action]);
  }
  const single = [...groups].filter(([, members]) => members.length === 1).flatMap(([, members]) => members);
  const several = [...groups].filter(([, members]) => members.length > 1);
  return [
    ...several.map(([prefix, members]) => ({ prefix, actions: members })),
    ...(single.length > 0 ? [{ prefix: '', actions: single }] : []),
  ];
}

/** The chosen patterns, as the API accepts them, such as `*`, `ORDER_*` and `ORDER_SETTLED`. */
export type Choice = ReadonlySet<string>;

export type GroupState = 'all' | 'some' | 'none';

/** Whether a group is chosen, also actions that will be added to the catalog later (`all`), or in part. */
export function stateOf({ prefix, actions }: ActionGroup, choice: Choice): GroupState {
  if (choice.has('*') || (prefix !== '' && choice.has(`${prefix}*`))) return 'all';
  const chosen = actions.filter((action) => choice.has(action)).length;
  if (chosen === 0) return 'none';
  return prefix === '' && chosen === actions.length ? 'all' : 'some';
}

/** Chooses a whole group, or nothing of it. */
export function toggleGroup(group: ActionGroup, choice: Choice): Choice {
  const next = new Set([...choice].filter((pattern) => pattern !== '*' && !group.actions.includes(pattern)));
  const whole = group.prefix === '' ? [...group.actions] : [`${group.prefix}*`];
  if (stateOf(group, choice) === 'all') for (const pattern of whole) next.delete(pattern);
  else for (const pattern of whole) next.add(pattern);
  return next;
}

/** Chooses one action or not. If its whole group was chosen, the other actions of the group stay chosen. */
export function toggleAction(group: ActionGroup, action: string, choice: Choice): Choice {
  const next = new Set(choice);
  const whole = `${group.prefix}*`;
  if (group.prefix !== '' && next.delete(whole)) for (const other of group.actions) next.add(other);
  if (!next.delete(action)) next.add(action);
  return next;
}
