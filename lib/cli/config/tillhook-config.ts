import type { WebhooksOptions } from '../../index.js';

/** The databases that the module supports. */
export const DATABASE_TYPES = ['postgres', 'sqlite'] as const;
export type DatabaseType = (typeof DATABASE_TYPES)[number];

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
    /** Same as the option `database.url` of the module. `sql` uses only its scheme and its parameter `schema`. */
    readonly url?: string;
    /** The PostgreSQL schema of the webhook tables, same as in the data source of the application. */
    readonly schema?: string;
  };
  /** Options of the module that commands need: `catalog` for `emit`, `encryption` for `rotate-keys`, `environment`. */
  readonly webhooks?: ModuleOptions;
}
