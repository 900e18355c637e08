/** Actions that begin alike, e.g. all of `ORDER_`, or an action that is alone. */
export interface ActionGroup {
  /** E.g. `ORDER_`; empty for a single action. */
  readonly prefix: string;
  readonly actions: readonly string[];
}

/** Actions that begin with this are notifications about the endpoints themselves. The pattern `*` does not include them. */
const NOTIFICATION_PREFIX = 'WEBHOOK_';

export const isNotification = (action: string): boolean => action.startsWith(NOTIFICATION_PREFIX);

/**
 * Groups actions by the word before the first underscore. A word that only one action has makes no group. Groups and single
 * actions are in one order by name.
 */
export function groupActions(actions: readonly string[]): readonly ActionGroup[] {
  const groups = new Map<string, string[]>();
  for (const action of [...actions].sort()) {
    const prefix = action.includes('_') ? action.slice(0, action.indexOf('_') + 1) : action;
    groups.set(prefix, [...(groups.get(prefix) ?? []), action]);
  }
  return [...groups].map(([prefix, members]) => ({
    prefix: members.length > 1 ? prefix : '',
    actions: members,
  }));
}

/** The chosen patterns, as the API accepts them, such as `*`, `ORDER_*` and `ORDER_SETTLED`. */
export type Choice = ReadonlySet<string>;

/** Whether a pattern covers an action. `*` covers all but notifications. */
export function matchesPattern(pattern: string, action: string): boolean {
  if (pattern === '*') return !isNotification(action);
  return pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : pattern === action;
}

/** Number of actions of the catalog that a choice covers. */
export const countChosen = (choice: Choice, actions: readonly string[]): number =>
  actions.filter((action) => [...choice].some((pattern) => matchesPattern(pattern, action))).length;

/** Chooses everything, or clears the choice if everything is chosen. Chosen notifications stay chosen. */
export function toggleEverything(choice: Choice): Choice {
  const kept = [...choice].filter(isNotification);
  return new Set(choice.has('*') ? kept : ['*', ...kept]);
}

export type GroupState = 'all' | 'some' | 'none';

/** How much of a group is chosen. `all` includes actions that are added to the catalog later. */
export function stateOf({ prefix, actions }: ActionGroup, choice: Choice): GroupState {
  if (prefix !== '' && choice.has(`${prefix}*`)) return 'all';
  return actions.some((action) => choice.has(action)) ? 'some' : 'none';
}

/** Chooses a whole group, or clears it if the whole group is chosen. */
export function toggleGroup(group: ActionGroup, choice: Choice): Choice {
  const next = new Set([...choice].filter((pattern) => !group.actions.includes(pattern)));
  const whole = `${group.prefix}*`;
  if (!next.delete(whole)) next.add(whole);
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
