// Builds the library and the sample app only when a source is newer than the last successful build.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a build is made from. Folders count themselves too, so that a deleted file is noticed. */
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

/** Written by scripts/build.mjs as its last step: a build that broke off leaves none. */
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

/** Whether dist/ and dist-sample/ are complete and made from the sources as they are now. */
export function isBuilt() {
  return modifiedAt(STAMP) > newestSource();
}

/** Makes sure that dist/ and dist-sample/ are up to date. Throws when the build fails (the compiler's output is shown). */
export function ensureBuilt() {
  if (isBuilt()) return;
  console.log('Building (dist/ is missing or older than the sources) …');
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
}
