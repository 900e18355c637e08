// Packs the library as it would be published and looks at what is in the tarball.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ALWAYS = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist/cjs/package.json'];
const ALLOWED = [
  ...ALWAYS,
  'SECURITY.md',
  'monitoring/alerts.yml',
  'monitoring/grafana-dashboard.json',
  /^docs\/(design\/)?([a-z-]+|README)\.md$/,
  /^docs\/images\/portal-[a-z]+-(light|dark)\.png$/,
  // No source maps: with the sources inside they are half of the package, without them they lead nowhere, and the JavaScript is
  // readable as it is.
  /^dist\/(esm|cjs(?!\/cli\/))\/.+\.(js|d\.ts)$/,
];

/** Packs into `folder`, checks the list of files, and returns the tarball's path. */
export function packAndCheck(folder) {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8' }),
  );
  const files = packed.files.map((file) => file.path);
  assert.deepEqual(
    missingFrom(files, [...ALWAYS, ...entryPoints(), ...compiledSources()]),
    [],
    'files that are missing',
  );
  assert.deepEqual(
    files.filter((file) => !isAllowed(file)),
    [],
    'files that do not belong in the package',
  );
  assert.deepEqual(deadLinks(files), [], 'links that lead to no file of the package');
  return path.join(folder, packed.filename);
}

const missingFrom = (files, wanted) => wanted.filter((file) => !files.includes(file));

const isAllowed = (file) =>
  ALLOWED.some((rule) => (typeof rule === 'string' ? rule === file : rule.test(file)));

/** Every file that package.json promises: `main`, `module`, `types` and the targets of `bin` and `exports`. */
function entryPoints() {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
  const all = [manifest.main, manifest.module, manifest.types, ...targets([manifest.bin, manifest.exports])];
  return all.map((file) => path.posix.normalize(file));
}

/** Both builds of every source with its declarations, and one of the command line: a file more would be a leftover of an old build. */
function compiledSources() {
  const sources = readdirSync('lib', { recursive: true }).filter((file) => file.endsWith('.ts'));
  const names = sources.map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));
  return names.flatMap((name) =>
    (name.startsWith('cli/') ? ['esm'] : ['esm', 'cjs']).flatMap((build) => [
      `dist/${build}/${name}.js`,
      `dist/${build}/${name}.d.ts`,
    ]),
  );
}

/** Relative links of the published pages, each of which has to lead to a published file. */
function deadLinks(files) {
  return files
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => path.posix.join(path.posix.dirname(page), target))
        .filter((target) => !files.includes(target))
        .map((target) => `${page}: ${target}`),
    );
}
