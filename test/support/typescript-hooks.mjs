// node --import ./test/support/typescript-hooks.mjs file.ts: runs TypeScript in a process without jest, which on Node 20 cannot load
// CommonJS packages that require an ES module, as @nestjs-cls/transactional requires NestJS 12.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// Node runs the hooks in a thread of their own, which loads this file again.
if (isMainThread) register(import.meta.url);

const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { compilerOptions } = config;

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
  const { outputText } = ts.transpileModule(await readFile(fileName, 'utf8'), {
    fileName,
    compilerOptions: { ...compilerOptions, module: 'ESNext', target: 'ES2022', sourceMap: false },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
