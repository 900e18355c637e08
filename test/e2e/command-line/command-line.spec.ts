import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { callTillhook, tillhook } from '../../support/tillhook.js';

const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  version: string;
  bin: { tillhook: string };
};
const NEWEST = 'CreateWebhookTables1763942400000';

describe('The command line', () => {
  it('is a script that the shell runs with Node', () => {
    expect(readFileSync(bin.tillhook, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(bin.tillhook).isFile()).toBe(true);
  });

  it.each([['--version'], ['-v']])('prints the version of the package for %s', async (option) => {
    expect(await tillhook([option])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['-h']], [['help']]])('lists the commands for %j', async (args) => {
    const { exitCode, stdout, stderr } = await callTillhook(args);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: tillhook <command> \[options\]\n/);
    expect(stdout).toMatch(/^ {2}sql +Print the SQL/m);
  });

  it('shows the options of a command for "help sql" and "sql --help"', async () => {
    const [help, option] = await Promise.all([
      callTillhook(['help', 'sql']),
      callTillhook(['sql', '--help']),
    ]);
    expect(help).toEqual(option);
    expect([help.exitCode, help.stderr]).toEqual([0, '']);
    for (const name of [
      '--database TYPE',
      '--schema NAME',
      '--from MIGRATION',
      '--config FILE',
      '--json',
      '-h, --help',
    ])
      expect(help.stdout).toContain(name);
  });

  it('shows the arguments of a command, and that the last one may be repeated', async () => {
    const { stdout } = await callTillhook(['help', 'redeliver']);
    expect(stdout).toMatch(/^Usage: tillhook redeliver \[DELIVERY …\] \[options\]\n/);
    expect(stdout).toMatch(/\n\nArguments:\n {2}DELIVERY +\S/);
  });

  it('prints no colours', async () => {
    const { stdout } = await tillhook(['--help'], { env: { FORCE_COLOR: '3' } });
    expect(stdout).not.toContain('\u001B');
  });

  it.each<[string, string[], string]>([
    ['no command', [], 'Command missing.'],
    ['an unknown command', ['sqll'], 'Unknown command "sqll". Did you mean "sql"?'],
    ['help of two commands', ['help', 'sql', 'status'], 'Unexpected argument "status".'],
    ['help of an unknown command', ['help', 'slq'], 'Unknown command "slq". Did you mean "sql"?'],
    [
      'a name of Object.prototype',
      ['sql', '--constructor'],
      'Unknown option "--constructor". Known: --database,',
    ],
    ['an unknown option', ['sql', '--shema', 'x'], 'Unknown option "--shema". Did you mean "--schema"?'],
    [
      'an unknown option before the command',
      ['--versoin'],
      'Unknown option "--versoin". Did you mean "--version"?',
    ],
    [
      'a value that is missing',
      ['sql', '--schema', '--json=1'],
      'Option "--schema" needs a value: --schema NAME.',
    ],
    ['a value too many', ['sql', '--help=yes'], 'Option "--help" takes no value, but "yes" was given.'],
    ['an option after --', ['sql', '--', '-h'], 'Unexpected argument "-h".'],
    ['another argument', ['sql', 'postgres'], 'Unexpected argument "postgres".'],
    [
      'an unknown database',
      ['sql', '--database', 'postgre'],
      'Option "--database" is "postgre". Did you mean "postgres"?',
    ],
    [
      'an address instead of a database, without showing it',
      ['sql', '--database', 'postgres://u:secret@h/d'],
      'Option "--database" is an address. Use "postgres" or "sqlite".',
    ],
    ['no database', ['sql'], 'Database type missing. Give --database postgres'],
    [
      'a schema for SQLite',
      ['sql', '--database', 'sqlite', '--schema', 'hooks'],
      'Schema "hooks" given for SQLite, which has no schemas.',
    ],
    [
      'an impossible schema',
      ['sql', '--database=postgres', '--schema=a"b'],
      'Schema name "a\\"b" is invalid.',
    ],
    [
      'an unknown migration',
      ['sql', '--database', 'sqlite', '--from', 'CreateWebhookTable1763942400000'],
      `Option "--from" is "CreateWebhookTable1763942400000", which is not a migration. Did you mean "${NEWEST}"?`,
    ],
  ])('refuses %s with exit code 2, the usage, and nothing on stdout', async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await callTillhook(args, { cwd: tmpdir() });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`tillhook: ${message}`) ? message : stderr).toBe(message);
    expect(stderr).toMatch(/\n\nUsage: tillhook .*\nRun `tillhook .*\n$/);
  });

  it('ends its process with the exit code of the error, which it prints to stderr', async () => {
    const { exitCode, stdout, stderr } = await tillhook(['sqll'], { cwd: tmpdir() });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^tillhook: Unknown command "sqll"/);
  });

  it('prints errors as JSON for --json', async () => {
    const { exitCode, stdout, stderr } = await tillhook(['sql', '--json', '--databse', 'sqlite']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'INVALID_USAGE', message: 'Unknown option "--databse". Did you mean "--database"?' },
    });
  });

  it('ends quietly if the reader of its output goes away', async () => {
    const result = await tillhook(['sql', '--database', 'postgres'], { closesOutput: true });
    expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('The configuration of the command line', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tillhook-config-'));
  });
  const files: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    files.push(path.join(folder, name));
    await writeFile(path.join(folder, name), text);
  };
  afterEach(() => Promise.all(files.splice(0).map((file) => rm(file))));
  afterAll(() => rm(folder, { recursive: true }));

  /** The database and schema that the printed script is for. */
  const targetOf = async (
    args: string[] = [],
    env: Record<string, string> = {},
    run = callTillhook,
  ): Promise<string> => {
    const { stdout, stderr } = await run(['sql', ...args], { cwd: folder, env });
    return /^-- Webhook tables of nestjs-tillhook \S+ for (.*)\.\n/.exec(stdout)?.[1] ?? stderr;
  };

  it.each([
    ['tillhook.config.mjs', `export default { database: { type: 'postgres', schema: 'hooks' } };`],
    ['tillhook.config.cjs', `module.exports = { database: { type: 'postgres', schema: 'hooks' } };`],
    ['tillhook.config.js', `module.exports = { database: { type: 'postgres', schema: 'hooks' } };`],
    ['tillhook.config.json', `{ "database": { "type": "postgres", "schema": "hooks" } }`],
  ])('is read from %s in the working directory', async (name, text) => {
    await write(name, text);
    expect(await targetOf([], {}, tillhook)).toBe('PostgreSQL, schema "hooks"');
  });

  it('is read from the file that --config names', async () => {
    await write('tillhook.config.json', `{ "database": { "type": "sqlite" } }`);
    await write('other.mjs', `export default { database: { url: process.env.URL_OF_MINE } };`);
    const env = { URL_OF_MINE: 'postgresql://u:secret@h/d' };
    expect(await targetOf(['--config', 'other.mjs'], env, tillhook)).toBe('PostgreSQL, schema "public"');
  });

  it('prefers options to the file, and the file to the environment', async () => {
    const env = { TILLHOOK_DATABASE_URL: 'postgres://u:p@h/d', TILLHOOK_DATABASE_SCHEMA: 'from_env' };
    expect(await targetOf([], env)).toBe('PostgreSQL, schema "from_env"');
    await write('tillhook.config.json', `{ "database": { "schema": "from_file" } }`);
    expect(await targetOf([], env)).toBe('PostgreSQL, schema "from_file"');
    expect(await targetOf(['--schema', 'from_option'], env)).toBe('PostgreSQL, schema "from_option"');
    expect(await targetOf([], { TILLHOOK_DATABASE_URL: 'postgres://u:p@h/d?schema=from_url' })).toBe(
      'PostgreSQL, schema "from_file"',
    );
    // Another type is another database, to which the schema does not belong.
    expect(await targetOf(['--database', 'sqlite'], env)).toBe('SQLite');
  });

  it('keeps a schema that was given without a type', async () => {
    await write('tillhook.config.json', `{ "database": { "schema": "from_file" } }`);
    expect(await targetOf(['--database', 'postgres'])).toBe('PostgreSQL, schema "from_file"');
    const env = { TILLHOOK_DATABASE_SCHEMA: 'from_env' };
    await write('tillhook.config.json', `{ "database": { "type": "postgres" } }`);
    expect(await targetOf([], env)).toBe('PostgreSQL, schema "from_env"');
  });

  it('takes the schema from the address', async () => {
    const env = { TILLHOOK_DATABASE_URL: 'postgres://u:p@h/d?schema=from_url' };
    expect(await targetOf([], env)).toBe('PostgreSQL, schema "from_url"');
    const url = 'postgres://u:p@h/d?schema=from_url_of_file';
    await write('tillhook.config.json', JSON.stringify({ database: { url } }));
    expect(await targetOf([], env)).toBe('PostgreSQL, schema "from_url_of_file"');
  });

  it.each<[string, string, string]>([
    [
      'an unknown key',
      '{ "databse": {} }',
      'tillhook.config.json: unknown key "databse". Did you mean "database"?',
    ],
    [
      'an unknown key of the database',
      '{ "database": { "shema": "x" } }',
      'tillhook.config.json: unknown key "shema". Did you mean "schema"?',
    ],
    [
      'an unknown type',
      '{ "database": { "type": "mysql" } }',
      'tillhook.config.json: database.type is "mysql". Known: postgres, sqlite.',
    ],
    [
      'an address as its type',
      '{ "database": { "type": "postgres://u:secret@h/d" } }',
      'tillhook.config.json: database.type is an address. Use "postgres" or "sqlite".',
    ],
    [
      'a value of another type',
      '{ "database": { "schema": 7 } }',
      'tillhook.config.json: database.schema is 7. Use a non-empty string.',
    ],
    ['no object', '[]', 'tillhook.config.json: The configuration is an array. Use an object.'],
    ['null', '{ "webhooks": null }', 'tillhook.config.json: webhooks is null. Use an object.'],
    ['a text', '{ "database": "x" }', 'tillhook.config.json: database is of type string. Use an object.'],
    ['invalid JSON', '{', 'tillhook.config.json cannot be read: '],
    [
      'a schema for SQLite',
      '{ "database": { "type": "sqlite", "schema": "hooks" } }',
      'Schema "hooks" given for SQLite, which has no schemas. Leave it out.',
    ],
    [
      'a URL of another type',
      '{ "database": { "type": "sqlite", "url": "postgres://u:secret@h/d" } }',
      'tillhook.config.json: database.type is "sqlite", but database.url is the address of a postgres database.',
    ],
    [
      'an unknown URL',
      '{ "database": { "url": "mysql://u:secret@h/d" } }',
      `tillhook.config.json: option "database.url" is 'mysql://********': the scheme "mysql:" is not supported; set`,
    ],
  ])('refuses a file with %s with exit code 1, and shows no secret', async (_what, text, message) => {
    await write('tillhook.config.json', text);
    const { exitCode, stdout, stderr } = await callTillhook(['sql'], { cwd: folder });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(`tillhook: ${message}`) ? message : stderr).toBe(message);
    expect(stderr).not.toMatch(/secret|Usage:/);
  });

  it('refuses a file that is missing, fails, or stands beside another one', async () => {
    const messageOf = async (...args: string[]): Promise<string> => {
      const { exitCode, stderr } = await callTillhook(['sql', '--json', ...args], { cwd: folder });
      expect(exitCode).toBe(1);
      const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
      expect(error.code).toBe('INVALID_CONFIG');
      return error.message;
    };
    expect(await messageOf('--config', 'none.mjs')).toMatch(/^none\.mjs: file not found in /);
    expect(await messageOf('--config', 'app.yaml')).toBe(
      'app.yaml: the name of a configuration file must end with one of .mjs, .cjs, .js, .json.',
    );
    await write('tillhook.config.mjs', `throw new Error('no such vault')`);
    expect(await messageOf()).toBe('tillhook.config.mjs cannot be read: no such vault');
    await write('tillhook.config.json', '{}');
    expect(await messageOf()).toMatch(
      /^Several configuration files: tillhook\.config\.mjs, tillhook\.config\.json\./,
    );
  });
});
