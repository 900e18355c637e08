// Removes the types of a TypeScript file. Loads the compiler only for the first file, because loading it takes longer than most files.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { version } = require('typescript/package.json');
/** Everything that determines the result, apart from the source. */
const SETTINGS = [
  version,
  readFileSync('tsconfig.json', 'utf8'),
  readFileSync(fileURLToPath(import.meta.url), 'utf8'),
].join('\0');

let compilerOptions;

/** The options of tsconfig.json, for a module that stays an ES module. */
function readOptions(ts) {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  return { ...config.compilerOptions, module: 'ESNext', inlineSources: false, declaration: false };
}

/**
 * @param {string} source
 * @param {string} fileName
 * @returns {string} a key that is the same only if `transpile` returns the same
 */
export function keyOf(source, fileName) {
  const hash = createHash('sha1');
  for (const text of [SETTINGS, fileName, source]) hash.update(text).update('\0');
  return hash.digest('hex');
}

/**
 * @param {string} source
 * @param {string} fileName
 * @returns {{ code: string, map: string | undefined }}
 */
export function transpile(source, fileName) {
  const ts = require('typescript');
  compilerOptions ??= readOptions(ts);
  const { outputText, sourceMapText } = ts.transpileModule(source, { fileName, compilerOptions });
  return { code: outputText, map: sourceMapText };
}
