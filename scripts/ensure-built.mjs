// Builds the library and the sample app only when a source is newer than the last successful build.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The sources of a build. The dates of the folders themselves count too, so that a deleted file is noticed. */
const SOURCES = [
  'lib',
  'portal',
  'sample-app',
  'scripts/build.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.esm.json',
  'tsconfig.cjs.json',
  'tsconfig.sample.json',
];

/** Written by scripts/build.mjs as its last step, so an incomplete build does not have it. */
const STAMP = 'dist-sample/.built';

function modifiedAt(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSource() {
  const times = SOURCES.flatMap((source) => {
    const nested = modifiedAt(source) && statSync(path.join(root, source)).isDirectory();
    const inside = nested ? readdirSync(path.join(root, source), { recursive: true }) : [];
    return [source, ...inside.map((entry) => path.join(source, entry))].map(modifiedAt);
  });
  return Math.max(...times);
}

/** Whether dist/ and dist-sample/ are complete and newer than all sources. */
export function isBuilt() {
  return modifiedAt(STAMP) > newestSource();
}

/** Makes sure that dist/ and dist-sample/ are up to date. @throws if the build fails; the output of the compiler is shown */
export function ensureBuilt() {
  if (isBuilt()) return;
  console.log('Building (dist/ is missing or older than the sources) …');
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
}
