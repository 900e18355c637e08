// Host apps made in a temporary folder: one installation for each Nest version, one app for each module system.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const HERE = import.meta.dirname;
const require = createRequire(import.meta.url);

/** The oldest and the newest peers that package.json admits. `pg` is left out: it is optional. */
export const PEERS = {
  'Nest 11, oldest peers': {
    '@nestjs/common': '11.0.1',
    '@nestjs/core': '11.0.1',
    '@nestjs/platform-express': '11.0.1',
    '@nestjs/swagger': '11.0.0',
    '@nestjs/typeorm': '11.0.0',
    'class-validator': '0.14.0',
    typeorm: '0.3.26',
  },
  'Nest 12, newest peers': {
    '@nestjs/common': '^12.0.0',
    '@nestjs/core': '^12.0.0',
    '@nestjs/platform-express': '^12.0.0',
    '@nestjs/swagger': '^12.0.0',
    '@nestjs/typeorm': '^12.0.0',
    'class-validator': '^0.15.0',
    typeorm: '^1.0.0',
  },
};

const COMMON = { 'class-transformer': '^0.5.1', 'reflect-metadata': '^0.2.0', rxjs: '^7.2.0' };

/**
 * pnpm keeps packages in a folder whose name starts with a dot, which some servers of files refuse, and gives each package only
 * what it declares.
 */
const INSTALL = {
  npm: ['npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']],
  pnpm: [
    'npx',
    ['--yes', 'pnpm@10', 'install', '--no-lockfile', '--reporter=append-only', '--loglevel=error'],
  ],
};

/** Installs the tarball beside the given peers, as a host would. @param installer `npm` or `pnpm` */
export function installHost(folder, tarball, peers, installer = 'npm') {
  const own = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
  const dependencies = {
    ...COMMON,
    ...peers,
    '@types/node': own('@types/node'),
    'better-sqlite3': own('better-sqlite3'),
    'nestjs-tillhook': `file:${tarball}`,
  };
  mkdirSync(folder, { recursive: true });
  writeJson(path.join(folder, 'package.json'), { private: true, dependencies });
  const [command, args] = INSTALL[installer];
  execFileSync(command, [...args, '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
  const installed = realpathSync(path.join(folder, 'node_modules/nestjs-tillhook'));
  assert.equal(installed.includes(`${path.sep}.pnpm${path.sep}`), installer === 'pnpm', installed);
  // Compiling it takes a minute; this clone has the same version compiled already.
  const compiled = 'node_modules/better-sqlite3/build';
  cpSync(compiled, path.join(folder, compiled), { recursive: true });
  assertLacks(folder, 'pg');
}

/** Node also searches the folders above. A package that is found there would hide that a host cannot work without it. */
function assertLacks(folder, name) {
  let found;
  try {
    found = createRequire(path.join(folder, 'host.js')).resolve(name);
  } catch {
    return;
  }
  throw new Error(
    `A host without ${name} cannot be tried in ${folder}: it finds ${found}. Set TMPDIR elsewhere.`,
  );
}

/** Compiles test/packaging/host.ts as an app of the given module system (`module` or `commonjs`) and runs it. */
export function runHost(folder, type) {
  const app = path.join(folder, type);
  mkdirSync(app);
  writeJson(path.join(app, 'package.json'), { private: true, type });
  writeJson(path.join(app, 'tsconfig.json'), { compilerOptions: COMPILER_OPTIONS, files: ['host.ts'] });
  cpSync(path.join(HERE, 'host.ts'), path.join(app, 'host.ts'));
  compile(app);
  execFileSync(process.execPath, ['host.js'], { cwd: app, stdio: 'inherit', timeout: 60_000 });
}

/** Runs `npx tillhook sql` as an administrator of the host would. PostgreSQL's driver is not installed, and not needed for it. */
export function runCommandLine(folder) {
  for (const [type, begin] of [
    ['postgres', 'BEGIN;'],
    ['sqlite', 'BEGIN IMMEDIATE;'],
  ]) {
    const args = ['--no-install', 'tillhook', 'sql', '--database', type];
    const script = execFileSync('npx', args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    const statements = script.split('\n\n').filter((part) => !part.startsWith('--'));
    assert.deepEqual([statements[0], statements.at(-1)], [begin, 'COMMIT;\n']);
    assert.match(script, /^CREATE TABLE (?:"public"\.)?"webhook_migration" /m);
    assert.match(
      script,
      /^INSERT INTO (?:"public"\.)?"webhook_migration"\("timestamp", "name"\) VALUES \(\d+, '\w+'\);$/m,
    );
    assert.doesNotMatch(script, /\$\d|\?/);
  }
}

const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'NodeNext',
  strict: true,
  // Our own declarations must be checked, too.
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  types: ['node'],
};

/** Compiles the app. Only errors in the app and in our declarations count, because those of other packages may be wrong. */
function compile(app) {
  const tsc = require.resolve('typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: app,
    encoding: 'utf8',
  });
  const ours = stdout.split('\n').filter((line) => /^(host\.ts|.*nestjs-tillhook.*)\(\d/.test(line));
  if (ours.length > 0) throw new Error(`The host does not compile:\n${ours.join('\n')}`);
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
