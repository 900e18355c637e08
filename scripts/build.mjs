// Builds the library twice (ESM and CommonJS) and the sample app once.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ensurePortal } from './build-portal.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Exits without a stack trace if the compiler fails, because the compiler has printed the errors. */
function compile(project) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

await ensurePortal();
for (const folder of ['dist', 'dist-sample']) rmSync(folder, { recursive: true, force: true });
compile('tsconfig.esm.json');
compile('tsconfig.cjs.json');
mkdirSync('dist/cjs', { recursive: true });
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
compile('tsconfig.sample.json');
// Written last, and outside the package: for scripts/ensure-built.mjs, this file means that the build is complete.
writeFileSync('dist-sample/.built', '');
