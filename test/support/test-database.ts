import type { DataSourceOptions } from 'typeorm';

/** The databases on which every behaviour is tested. */
export const DATABASE_KINDS = ['sqlite', 'postgres'] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** A database of its own: what a host would pass to `TypeOrmModule.forRoot()`. */
export interface TestDatabase {
  readonly kind: DatabaseKind;
  /** Connection options only: no entities, no migrations, no `synchronize`. */
  readonly options: DataSourceOptions;
  /** The same as a URL, as the sample app's `DATABASE_URL` takes it. */
  readonly url: string;
  /** Removes it. On PostgreSQL this fails when somebody is still connected. */
  drop(): Promise<void>;
}
