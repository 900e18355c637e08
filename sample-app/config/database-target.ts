import { resolve } from 'node:path';
import { ConfigError } from './config-error.js';

/** The database of the app's tables and of the module's tables. */
export type DatabaseTarget =
  | { readonly kind: 'sqlite'; /** Absolute path. */ readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string };

const REMEDY =
  'Set sqlite:./data/pos.sqlite, sqlite:/absolute/file.sqlite or postgres://user:password@host:5432/database.';

/**
 * Reads a database URL: `sqlite:<path>` (relative to the working directory, or absolute), `postgres://…` or
 * `postgresql://…`.
 *
 * @throws {ConfigError} for anything else. A password never appears in its message.
 */
export function parseDatabaseTarget(variable: string, text: string): DatabaseTarget {
  if (text.startsWith('sqlite:')) return sqlite(variable, text);
  if (/^postgres(ql)?:\/\//.test(text)) return postgres(variable, text);
  throw new ConfigError(variable, withoutPassword(text), 'names no database this app knows', REMEDY);
}

/** The target as it may be printed: without its password. */
export function describeDatabase(target: DatabaseTarget): string {
  if (target.kind === 'sqlite') return `SQLite ${target.file}`;
  const { hostname, port, pathname } = new URL(target.url);
  return `PostgreSQL ${hostname}${port && `:${port}`}${pathname}`;
}

function sqlite(variable: string, text: string): DatabaseTarget {
  const path = text.slice('sqlite:'.length);
  if (path === ':memory:') {
    // The webhooks module writes over a connection of its own, and every connection to :memory: is a new database.
    throw new ConfigError(variable, text, 'is a database that only one connection can see', REMEDY);
  }
  if (path === '' || path.startsWith('//') || path.endsWith('/')) {
    throw new ConfigError(variable, text, 'names no file', REMEDY);
  }
  return { kind: 'sqlite', file: resolve(path) };
}

function postgres(variable: string, text: string): DatabaseTarget {
  if (URL.canParse(text)) return { kind: 'postgres', url: text };
  throw new ConfigError(variable, withoutPassword(text), 'is not a URL', REMEDY);
}

const withoutPassword = (text: string): string => text.replace(/:[^:@/]*@/, ':********@');
