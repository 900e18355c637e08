import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';

/** What TypeORM's drivers accept as the place of a database; each uses a part of it. */
interface Place {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: unknown;
  readonly replication?: { readonly master: Omit<Place, 'replication'> };
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/**
 * Which database a data source leads to, as a text without credentials. The schema is no part of it: the module's statements
 * name their schema, so a data source of a tenant's schema reaches the same tables. Different texts need not mean different databases (`localhost` and `127.0.0.1`), but then nobody can tell.
 */
export function databaseTarget({ options }: Pick<DataSource, 'options'>): string {
  const given = options as Place;
  // What is written goes to the master, which may stand in `replication`, and a url wins over single settings.
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
