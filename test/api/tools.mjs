// The tools of npm run test:api, installed into this folder: linters and a client generator from npm, a fuzzer from PyPI.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const HERE = import.meta.dirname;
const VENV = path.join(HERE, '.venv');
const REQUIREMENTS = path.join(HERE, 'requirements.txt');

/** Runs a program and shows its output. Rejects, with what to do, unless it exits with 0. */
export async function run(program, args, { remedy = '', ...options } = {}) {
  const child = spawn(program, args, { cwd: HERE, stdio: 'inherit', ...options });
  const code = await new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`${program} cannot be started (${error.code}). ${remedy}`)),
    );
    child.once('exit', (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new Error(`${path.basename(program)} ${args[0] ?? ''} failed (${code}). ${remedy}`);
}

/** The path of a program that npm installed into this folder. */
export const tool = (name) => path.join(HERE, 'node_modules', '.bin', name);

/** The path of the fuzzer. */
export const schemathesis = path.join(VENV, 'bin', 'schemathesis');

/** Installs the pinned tools from npm, unless package-lock.json has not changed since. */
export async function installTools() {
  if (isNewer(path.join(HERE, 'node_modules/.package-lock.json'), path.join(HERE, 'package-lock.json')))
    return;
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['ci', ...quiet], {
    remedy: 'The linters and the client generator come from the npm registry: see the output above.',
  });
}

/** Makes a Python environment with the pinned fuzzer, unless requirements.txt has not changed since. */
export async function installSchemathesis() {
  if (existsSync(schemathesis) && isNewer(schemathesis, REQUIREMENTS)) return;
  await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'], {
    remedy:
      'Schemathesis needs Python 3.10 or later as "python3". On Debian: apt-get install python3 python3-venv.',
  });
  await run('python3', ['-m', 'venv', '--clear', VENV], {
    remedy: 'Python lacks the module venv. On Debian: apt-get install python3-venv.',
  });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
  await run(path.join(VENV, 'bin/python'), pip, {
    remedy: 'Schemathesis comes from PyPI: see the output above.',
  });
}

function isNewer(file, than) {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > statSync(than).mtimeMs;
}
