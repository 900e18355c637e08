import type { DatabaseKind } from '../../persistence/ports/database.js';
import { DATABASE_KINDS } from '../../persistence/sql/dialect.js';

/** The databases that the module supports. */
export type DatabaseType = DatabaseKind;
export const DATABASE_TYPES: readonly DatabaseType[] = DATABASE_KINDS;

/** The contents of `tillhook.config.*`: the default export, or the JSON object. */
export interface TillhookConfig {
  readonly database?: {
    /** Default: derived from `url`. */
    readonly type?: DatabaseType;
    /** Same as the option `database.url` of the module. So far, only its scheme and its parameter `schema` are used. */
    readonly url?: string;
    /** The PostgreSQL schema of the webhook tables, same as in the data source of the application. */
    readonly schema?: string;
  };
}
