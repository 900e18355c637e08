import type { WebhooksOptions } from '../../index.js';
import type { DatabaseKind } from '../../persistence/ports/database.js';
import { DATABASE_KINDS } from '../../persistence/sql/dialect.js';

/** The databases that the module supports. */
export type DatabaseType = DatabaseKind;
export const DATABASE_TYPES: readonly DatabaseType[] = DATABASE_KINDS;

/**
 * Options that the application passes to `WebhooksModule.forRoot()` and that commands need as well. The names and meanings
 * are those of the module.
 */
export type ModuleOptions = Pick<WebhooksOptions, 'catalog' | 'encryption' | 'environment'>;

/** The contents of `tillhook.config.*`: the default export, or the JSON object. */
export interface TillhookConfig {
  readonly database?: {
    /** Default: derived from `url`. */
    readonly type?: DatabaseType;
    /** Same as the option `database.url` of the module. The command `sql` uses only its scheme and its parameter `schema`. */
    readonly url?: string;
    /** The PostgreSQL schema of the webhook tables, same as in the data source of the application. */
    readonly schema?: string;
  };
  /** Options of the module that commands need: `catalog` for `emit`, `encryption` for `rotate-keys`, `environment`. */
  readonly webhooks?: ModuleOptions;
}
