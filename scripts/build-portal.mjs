// Builds the portal's pages with Vite, and writes them into a module of the library: compressed, so that hosts need neither
// files on disk nor a plugin that serves them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = path.join(root, 'portal');
const FOLDER = path.join(root, 'lib/portal/generated');
const TARGET = path.join(FOLDER, 'assets.ts');
/** Folders of the portal that its build does not read. */
const NOT_BUILT = new Set(['test', 'README.md']);

/** Hash of all files that the result depends on. If the generated module contains this hash, the module is up to date. */
export function sourceHash() {
  const hash = createHash('sha256');
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(SOURCE, path.join(entry.parentPath, entry.name)))
    .filter((file) => !NOT_BUILT.has(file.split(path.sep)[0]))
    .sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(SOURCE, file)));
  for (const file of ['package-lock.json', 'scripts/build-portal.mjs']) {
    hash.update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

/** Builds the portal unless the generated module is up to date. */
export async function ensurePortal() {
  const hash = sourceHash();
  if (existsSync(TARGET) && readFileSync(TARGET, 'utf8').includes(hash)) return;
  const chunks = await bundle();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(TARGET, moduleOf(chunks, hash));
}

async function bundle() {
  // Vite is imported only here, because loading it is slow and most runs need no build.
  const { build } = await import('vite');
  const { NODE_ENV } = process.env;
  const { output } = await build({
    root: SOURCE,
    configFile: false,
    logLevel: 'warn',
    // URLs are relative to the module that names an asset, because the portal does not know where it is mounted.
    base: './',
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: {
          portal: path.join(SOURCE, 'src/main.tsx'),
          element: path.join(SOURCE, 'src/element.ts'),
          operator: path.join(SOURCE, 'src/operator/main.tsx'),
          'operator-element': path.join(SOURCE, 'src/operator/element.ts'),
        },
        preserveEntrySignatures: 'strict',
        output: {
          entryFileNames: 'assets/[name]-[hash].js',
          chunkFileNames: 'assets/[name]-[hash].js',
          assetFileNames: 'assets/[name]-[hash][extname]',
        },
      },
    },
  });
  // Vite sets NODE_ENV for the whole process. Without the old value, tests that this process starts would run as hosts in production.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  return output;
}

function moduleOf(chunks, hash) {
  const entry = (name) =>
    chunks.find((chunk) => chunk.type === 'chunk' && chunk.isEntry && chunk.name === name);
  const entriesOf = (page, element) => ({
    script: entry(page).fileName,
    // Files that the first page needs besides its script. The browser loads them at once instead of one after another.
    preload: importsOf(entry(page), chunks),
    styles: chunks.filter(({ fileName }) => fileName.endsWith('.css')).map(({ fileName }) => fileName),
    element: entry(element).fileName,
  });
  const entries = {
    portal: entriesOf('portal', 'element'),
    operator: entriesOf('operator', 'operator-element'),
  };
  const files = chunks
    .map(({ fileName, code, source }) => [
      fileName,
      gzipSync(code ?? source, { level: 9 }).toString('base64'),
    ])
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    '// Written by scripts/build-portal.mjs; do not edit.',
    `export const SOURCE_HASH = '${hash}';`,
    `export const ENTRIES = ${JSON.stringify(entries, null, 2)} as const;`,
    `/** Files by name: base64 of their gzip form. */`,
    `export const FILES: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(files), null, 2)};`,
    '',
  ].join('\n');
}

/** Names of the chunks that a chunk imports, directly or through others. */
function importsOf(chunk, chunks, found = new Set()) {
  for (const name of chunk.imports) {
    if (found.has(name)) continue;
    found.add(name);
    importsOf(
      chunks.find(({ fileName }) => fileName === name),
      chunks,
      found,
    );
  }
  return [...found];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensurePortal();
