import type { ActionCatalog } from '../domain/action-catalog.js';
import type { PosCatalog } from './pos-catalog.js';

/**
 * Declares the host's settings to the compiler. Augment this interface with one or both members:
 *
 * ```ts
 * declare module 'nestjs-tillhook' {
 *   interface Register {
 *     catalog: typeof catalog;
 *     requireTransaction: true;
 *   }
 * }
 * ```
 *
 * - `catalog`: every `WebhookEmitter` without a type argument knows the actions of your catalog.
 * - `requireTransaction: true`: an emit without `manager` or `transaction` does not compile, whatever the catalog is.
 *
 * It has no effect at run time: pass the same values as the options `catalog` and `requireTransaction`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty for hosts to augment
export interface Register {}

/** The catalog of the augmented `Register`; `PosCatalog` if it has none. */
export type RegisteredCatalog = Register extends { catalog: infer Catalog extends ActionCatalog }
  ? Catalog
  : PosCatalog;

/** Whether the augmented `Register` requires a transaction for every emit. */
export type IsTransactionRequired = Register extends { requireTransaction: true } ? true : false;
