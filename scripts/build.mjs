// Builds the library twice (ESM and CommonJS, DESIGN: dual build) and the sample app once.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ensurePortal } from './build-portal.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** The compiler says what is wrong; a stack trace of this script would only hide it. */
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
// Last, and outside the package: scripts/ensure-built.mjs takes it as the sign of a complete build.
writeFileSync('dist-sample/.built', '');
