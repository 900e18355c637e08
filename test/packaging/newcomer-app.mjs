// A fresh application of NestJS 11 (CommonJS) or 12 (ES modules), made by Nest's own CLI.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Packages that compile and start an application. Its linters and test runners are not needed here. */
const TOOLS = /^(@nestjs\/(cli|schematics)|@types\/(node|express)|typescript|source-map-support)$/;

/**
 * Runs `nest new` in `folder` and installs the application's packages, as a newcomer has done before reading our pages.
 *
 * @param {string} folder an empty folder of its own
 * @param {11 | 12} nest
 * @returns {string} the application's folder
 */
export function createNewcomerApp(folder, nest) {
  mkdirSync(folder, { recursive: true });
  const options = ['--package-manager', 'npm', '--skip-git', '--skip-install'];
  run('npx', ['--yes', `@nestjs/cli@${nest}`, 'new', 'shop', ...options], folder);
  const app = path.join(folder, 'shop');
  change(path.join(app, 'package.json'), (manifest) => {
    const tools = Object.entries(manifest.devDependencies).filter(([name]) => TOOLS.test(name));
    manifest.devDependencies = Object.fromEntries(tools);
  });
  // The CLI for NestJS 12 lists the types of a test runner that is left out above.
  change(path.join(app, 'tsconfig.json'), ({ compilerOptions }) => {
    if (compilerOptions.types) compilerOptions.types = ['node'];
  });
  run('npm', ['install'], app);
  return app;
}

/** Keeps npm's output to what went wrong. It changes nothing about what npm installs. */
export const QUIET = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_loglevel: 'error',
  npm_config_update_notifier: 'false',
};

function run(command, args, cwd) {
  execFileSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...QUIET },
  });
}

function change(file, edit) {
  const value = JSON.parse(readFileSync(file, 'utf8'));
  edit(value);
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
