import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PIECES } from './pieces.mjs';

const FOLDER = 'test/.groups/mutation';
const SUFFIX = '.spec.ts';

/** The file that imports the tests of a piece. */
export const testGroupOf = (name) => `${FOLDER}/${name}${SUFFIX}`;

/**
 * Writes the file that imports the tests of a piece, because Jest loads the modules once for each file of tests, and does so for each
 * mutant. The file contains the hashes of the tests, so that Stryker notices a change.
 */
export function writeTestGroup(name) {
  const { folder, isTest } = PIECES[name];
  const lines = readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX) && isTest(file.slice(0, -SUFFIX.length)))
    .sort()
    .map((file) => {
      const spec = path.posix.join(folder, file);
      const hash = createHash('sha256').update(readFileSync(spec)).digest('hex');
      return `import '${path.posix.relative(FOLDER, spec).replace(/\.ts$/, '.js')}'; // ${hash}\n`;
    });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(testGroupOf(name), lines.join(''));
}
