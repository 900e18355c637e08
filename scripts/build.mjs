// Builds the library twice (ESM and CommonJS, DESIGN: dual build) and the sample app once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ensurePortal } from './build-portal.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** The compiler says what is wrong; a stack trace of this script would only hide it. */
async function compile(project) {
  const [status] = await once(spawn(process.execPath, [tsc, '-p', project], { stdio: 'inherit' }), 'close');
  if (status !== 0) process.exit(1);
}

await ensurePortal();
for (const folder of ['dist', 'dist-sample']) rmSync(folder, { recursive: true, force: true });
await Promise.all(['tsconfig.esm.json', 'tsconfig.cjs.json'].map(compile));
mkdirSync('dist/cjs', { recursive: true });
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
await compile('tsconfig.sample.json');
// Last, and outside the package: scripts/ensure-built.mjs takes it as the sign of a complete build.
writeFileSync('dist-sample/.built', '');
