import type { ActionCatalog } from '../domain/action-catalog.js';
import type { PosCatalog } from './pos-catalog.js';

/**
 * What a host tells the compiler once about itself. Augment it, and every `WebhookEmitter` without a type argument knows
 * the actions of your catalog:
 *
 * ```ts
 * declare module 'nestjs-tillhook' {
 *   interface Register {
 *     catalog: typeof catalog;
 *   }
 * }
 * ```
 *
 * It has no effect at run time: pass the same catalog as the option `catalog`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty for hosts to augment
export interface Register {}

/** The catalog of the augmented `Register`; `PosCatalog` if it has none. */
export type RegisteredCatalog = Register extends { catalog: infer Catalog extends ActionCatalog }
  ? Catalog
  : PosCatalog;
