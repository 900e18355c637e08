import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';

/** The members by which TypeORM's drivers locate a database; each driver uses some of them. */
interface Place {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: unknown;
  readonly replication?: { readonly master: Omit<Place, 'replication'> };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/**
 * Names the database that a data source leads to, without credentials. The schema is not included: the module's statements
 * name their schema, so a data source with a tenant's schema reaches the same tables. Two different results may still mean
 * the same database (`localhost` and `127.0.0.1`), which cannot be detected here.
 */
export function databaseTarget({ options }: Pick<DataSource, 'options'>): string {
  const given = options as Place;
  // Writes go to the master, which may be set in `replication`. A url takes precedence over single settings.
  const master: Place = { ...given, ...given.replication?.master };
  const place: Place = master.url === undefined ? master : { ...master, ...placeOf(master.url) };
  const port = DEFAULT_PORTS[options.type];
  if (port === undefined) return `${options.type} ${fileOf(place.database)}`;
  return `${options.type}://${place.host ?? 'localhost'}:${place.port ?? port}/${String(place.database)}`;
}

function placeOf(url: string): Place {
  const { hostname, port, pathname } = new URL(url);
  return {
    ...(hostname !== '' && { host: hostname }),
    ...(port !== '' && { port: Number(port) }),
    ...(pathname.length > 1 && { database: decodeURIComponent(pathname.slice(1)) }),
  };
}

const fileOf = (database: unknown): string =>
  typeof database === 'string' && database !== ':memory:' ? resolve(database) : String(database);
