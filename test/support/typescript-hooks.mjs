// node --import ./test/support/typescript-hooks.mjs file.ts: runs TypeScript in a process without jest. On Node 20, jest cannot
// load CommonJS packages that require an ES module, as @nestjs-cls/transactional requires NestJS 12.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { keyOf, transpile } from './transpile.mjs';

/** Results by their keys: transpiling `lib` takes seconds. */
const CACHE = 'node_modules/.cache/tillhook-typescript';

// Node runs the hooks in a thread of their own, which loads this file again.
if (isMainThread) register(import.meta.url);

/** `./shop.js` of a source is `./shop.ts`. */
export function resolve(specifier, context, next) {
  const url = specifier.startsWith('.')
    ? new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
    : undefined;
  return url && existsSync(url)
    ? { url: url.href, format: 'module', shortCircuit: true }
    : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const fileName = fileURLToPath(url);
  const source = await cachedCode(await readFile(fileName, 'utf8'), fileName);
  return { format: 'module', source, shortCircuit: true };
}

async function cachedCode(source, fileName) {
  const file = path.join(CACHE, `${keyOf(source, fileName)}.js`);
  const cached = await readFile(file, 'utf8').catch(() => undefined);
  if (cached !== undefined) return cached;
  const { code } = transpile(source, fileName);
  await mkdir(CACHE, { recursive: true });
  // Another process may read the file at the same time, so it appears complete or not at all.
  const unfinished = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(unfinished, code);
  await rename(unfinished, file);
  return code;
}
