/** The databases that the module works on. */
export const DATABASE_TYPES = ['postgres', 'sqlite'] as const;
export type DatabaseType = (typeof DATABASE_TYPES)[number];

/** The content of `tillhook.config.*`: the default export, or the JSON object. */
export interface TillhookConfig {
  readonly database?: {
    /** Default: derived from `url`. */
    readonly type?: DatabaseType;
    /** As the option `database.url` of the module. Only its scheme and its parameter `schema` are used so far. */
    readonly url?: string;
    /** The PostgreSQL schema of the webhook tables, as in the data source of the application. */
    readonly schema?: string;
  };
}
