import { InvalidOptionError } from '../errors/start-up.errors.js';
import { isReservedAction, RESERVED_PREFIX } from './reserved-actions.js';

/** Definition of an action, for the compiler (`Data`), for people, and for the admin API. */
export interface ActionDefinition<Data extends object = object> {
  /** When the action occurs, in one sentence. The admin API shows it to tenants who choose their subscriptions. */
  readonly description: string;
  /** A payload as it is emitted: without `action` and the tenant's uid, which the envelope adds. */
  readonly example: Data;
}

/** All actions that a host can emit and a webhook can subscribe to, by name. Extend a catalog with `extendCatalog`. */
export type ActionCatalog = Readonly<Record<string, ActionDefinition>>;

/** The names of the actions of a catalog. */
export type ActionOf<Catalog extends ActionCatalog> = keyof Catalog & string;

/** The payload of one action of a catalog. */
export type DataOf<
  Catalog extends ActionCatalog,
  Action extends ActionOf<Catalog>,
> = Catalog[Action]['example'];

/** The form of an action's name. */
export const ACTION_NAME_PATTERN = /^[A-Z0-9_]{1,64}$/;

/**
 * Defines an action with a typed payload.
 *
 * @example
 * defineAction<{ card: EntityReference }>({
 *   description: 'A gift card was redeemed.',
 *   example: { card: { Id: 12, Uid: '1200' } },
 * })
 */
export function defineAction<Data extends object>(
  definition: ActionDefinition<Data>,
): ActionDefinition<Data> {
  return definition;
}

/**
 * Returns a new catalog with the actions of both arguments, which are not changed.
 *
 * @throws {InvalidOptionError} if a name is not 1 to 64 of the characters A-Z, 0-9 and `_`, begins with `WEBHOOK_`, or is in both
 */
export function extendCatalog<Base extends ActionCatalog, More extends ActionCatalog>(
  base: Base,
  more: More,
): Readonly<Base & More> {
  for (const action of Object.keys(more)) {
    if (Object.hasOwn(base, action)) {
      throw new InvalidOptionError(
        'catalog',
        action,
        'the action is already in the catalog; give yours another name.',
      );
    }
  }
  const catalog = Object.freeze({ ...base, ...more });
  checkCatalog(catalog);
  return catalog;
}

/**
 * Validates a catalog, also one that was not made by `extendCatalog`.
 *
 * @throws {InvalidOptionError} if it is empty, or a name is not 1 to 64 of the characters A-Z, 0-9 and `_`, or begins with `WEBHOOK_`
 */
export function checkCatalog(catalog: ActionCatalog): void {
  const actions = Object.keys(catalog);
  if (actions.length === 0) throw new InvalidOptionError('catalog', catalog, 'define at least one action.');
  for (const action of actions) {
    if (!ACTION_NAME_PATTERN.test(action)) {
      throw new InvalidOptionError(
        'catalog',
        action,
        'name an action with 1 to 64 of the characters A-Z, 0-9 and "_".',
      );
    }
    if (isReservedAction(action)) {
      throw new InvalidOptionError(
        'catalog',
        action,
        `names that begin with ${RESERVED_PREFIX} are reserved for the notifications of the module; give your action another name.`,
      );
    }
  }
}
