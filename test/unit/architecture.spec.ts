import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findCycle, readImportGraph } from '../support/import-graph.js';
import type { SourceImports } from '../support/import-graph.js';

/**
 * Which layers of `lib/` a layer may import, in addition to itself: only lower ones, in the order that docs/architecture.md gives.
 * Only `cli` and `testing` import `receiver`. No layer imports `cli` or `testing`.
 */
const BELOW_THE_MIDDLE = [
  'options',
  'persistence',
  'wake-up',
  'egress',
  'secrets',
  'telemetry',
  'timing',
  'pos',
  'domain',
  'errors',
];
const MIDDLE = ['admin', 'emitter', 'fanout', 'operations', 'delivery'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  index: ['module', 'portal', ...MIDDLE, ...BELOW_THE_MIDDLE],
  testing: ['index', 'module', 'portal', 'receiver', ...MIDDLE, ...BELOW_THE_MIDDLE],
  receiver: ['persistence', 'domain', 'errors'],
  cli: ['index', 'receiver', 'persistence', 'domain', 'errors'],
  module: ['portal', ...MIDDLE, ...BELOW_THE_MIDDLE],
  // The pages, and links that open them. Access, errors and validation are those of the admin API.
  portal: ['admin', ...BELOW_THE_MIDDLE],
  admin: ['operations', ...BELOW_THE_MIDDLE],
  emitter: BELOW_THE_MIDDLE,
  fanout: ['delivery', ...BELOW_THE_MIDDLE],
  operations: ['delivery', ...BELOW_THE_MIDDLE],
  delivery: BELOW_THE_MIDDLE,
  options: ['persistence', 'wake-up', 'egress', 'secrets', 'pos', 'domain', 'errors'],
  persistence: ['secrets', 'timing', 'domain', 'errors'],
  'wake-up': ['persistence', 'timing', 'domain', 'errors'],
  egress: ['domain', 'errors'],
  secrets: ['domain', 'errors'],
  telemetry: ['domain', 'errors'],
  timing: ['domain', 'errors'],
  pos: ['domain'],
  domain: ['errors'],
  errors: [],
};

const DATABASES = ['connection', 'entities', 'errors', 'migrations', 'ports', 'sql'];
/**
 * The other folders of its layer that each folder may import; `.` stands for the files at the top of the layer. `postgres` and `sqlite`
 * do not import each other. Of the folders that these two import, only `connection` and `migrations` import them in turn.
 */
const INSIDE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  persistence: {
    '.': ['connection', 'ports', 'postgres', 'sqlite'],
    repositories: ['entities', 'errors', 'ports', 'sql'],
    connection: [...DATABASES, 'postgres', 'sqlite'],
    migrations: [...DATABASES, 'postgres', 'sqlite'],
    postgres: DATABASES,
    sqlite: DATABASES,
    sql: ['errors', 'ports'],
    ports: ['entities'],
    entities: [],
    errors: [],
  },
  delivery: {
    '.': ['bodies', 'lanes', 'recording', 'sending'],
    // Lanes, senders and recorders import each other.
    lanes: ['bodies', 'recording', 'sending'],
    recording: ['.', 'lanes', 'sending'],
    sending: ['.', 'bodies', 'lanes', 'recording'],
    bodies: [],
  },
};

/** Packages and Node modules that belong to one layer alone. */
const ONLY_EGRESS = /^(node:)?(undici|https?|http2|net|tls|dns|dgram)(\/.*)?$/;
const ONLY_PERSISTENCE = /^(pg|better-sqlite3)(\/.*)?$/;
/** Hashing and type tests have no effect and no state, so `domain/` stays pure with them. */
const PURE = ['node:crypto', 'node:util/types'];

/** Files at the top of `lib/` that lower layers may import. */
const OPTIONS = ['webhooks.options.ts', 'webhooks.resolved-options.ts', 'webhooks.tokens.ts'];

const graph = readImportGraph();

/** The layer of a file: its folder. Files at the top of `lib/` belong to `options` or `module`, or are layers of their own. */
function layerOf(file: string): string {
  if (file.includes('/')) return file.slice(0, file.indexOf('/'));
  if (OPTIONS.includes(file)) return 'options';
  if (file.startsWith('webhooks.')) return 'module';
  return file.replace(/\.ts$/, '');
}

/** `file imports module` for every import of another file or package that `isAllowed` refuses. */
function refused(
  imports: keyof Omit<SourceImports, 'file'>,
  isAllowed: (layer: string, name: string) => boolean,
) {
  return graph.flatMap(({ file, [imports]: names }) =>
    names.filter((name) => !isAllowed(layerOf(file), name)).map((name) => `lib/${file} imports ${name}`),
  );
}

describe('The architecture', () => {
  it('is read from the sources', () => {
    expect(graph.length).toBeGreaterThan(30);
    expect(graph.some(({ internal }) => internal.length > 0)).toBe(true);
  });

  it('has no layers but those of the design', () => {
    const unknown = graph.map(({ file }) => file).filter((file) => !(layerOf(file) in MAY_IMPORT));
    expect(unknown).toEqual([]);
  });

  it('imports in each layer only the layers that it may import', () => {
    const isAllowed = (layer: string, target: string) =>
      layerOf(target) === layer || (MAY_IMPORT[layer]?.includes(layerOf(target)) ?? false);
    expect(refused('internal', isAllowed)).toEqual([]);
  });

  it.each(Object.entries(INSIDE))(
    'imports in each folder of %s/ only the folders that it may import',
    (layer, folders) => {
      const folderOf = (file: string): string => file.split('/').slice(1, -1)[0] ?? '.';
      const files = graph.filter(({ file }) => layerOf(file) === layer);
      expect(new Set(files.map(({ file }) => folderOf(file)))).toEqual(new Set(Object.keys(folders)));
      const wrong = files.flatMap(({ file, internal }) =>
        internal
          .filter((target) => layerOf(target) === layer)
          .filter((target) => ![folderOf(file), ...folders[folderOf(file)]!].includes(folderOf(target)))
          .map((target) => `lib/${file} imports ${target}`),
      );
      expect(wrong).toEqual([]);
    },
  );

  it('has no import cycles', () => {
    expect(findCycle(graph)).toBeUndefined();
  });

  it('imports modules that open sockets in egress/ alone, except for the receivers of tests and of the command line', () => {
    const isAllowed = (layer: string, name: string) =>
      layer === 'egress' ||
      !ONLY_EGRESS.test(name) ||
      (['testing', 'cli'].includes(layer) && /^node:(http|net)$/.test(name));
    expect(refused('external', isAllowed)).toEqual([]);
  });

  it('imports database drivers in persistence/ alone', () => {
    expect(
      refused('external', (layer, name) => layer === 'persistence' || !ONLY_PERSISTENCE.test(name)),
    ).toEqual([]);
  });

  it('uses the logger of the host in one file alone', () => {
    const users = graph
      .filter(({ file }) =>
        /\bLogger\b/.test(readFileSync(`lib/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
      )
      .map(({ file }) => file);
    expect(users).toEqual(['operations/webhooks-logger.ts']);
  });

  it('imports into domain/ no package, and only Node modules without effects or state', () => {
    expect(refused('external', (layer, name) => layer !== 'domain' || PURE.includes(name))).toEqual([]);
  });
});
