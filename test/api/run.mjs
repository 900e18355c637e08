// npm run test:api: the OpenAPI documents are valid, and a client that is generated from them works.
// It installs its tools into this folder at the first run; it says what is missing when it cannot.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { checkTypes } from '../../scripts/portal-types.mjs';
import { installSchemathesis, installTools, run, schemathesis, tool } from './tools.mjs';

const GENERATED = path.join(import.meta.dirname, 'client/generated');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const step = (text) => console.log(`\n--- ${text}`);
const written = (name, document) => {
  const file = path.join(GENERATED, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  return file;
};

async function lint(file) {
  step(`Lint ${path.basename(file)}`);
  await run(tool('redocly'), ['lint', '--config', 'redocly.yaml', file]);
  await run(tool('spectral'), ['lint', '--ruleset', 'spectral.yaml', '--display-only-failures', file]);
}

async function testGeneratedClient(file, url, token) {
  step('Generate a client, compile it strictly, and run it');
  const types = path.join(GENERATED, 'host.d.ts');
  await run(tool('openapi-typescript'), [file, '--output', types]);
  await run(process.execPath, [tsc, '-p', 'client']);
  await run(process.execPath, [path.join(GENERATED, 'flow.js'), url, token]);
}

async function fuzz(file, url, token) {
  step('Fuzz the API with Schemathesis');
  const target = [file, '--url', url, '--header', `Authorization: Bearer ${token}`];
  await run(schemathesis, [
    'run',
    ...target,
    '--checks',
    'all',
    '--max-examples',
    '20',
    ...process.argv.slice(2),
  ]);
}

async function main() {
  ensureBuilt();
  await installTools();
  await installSchemathesis();
  // Imported after the build that they come from.
  const { startHost, TOKEN } = await import('./host.mjs');
  const { sampleDocument } = await import('./sample.mjs');
  mkdirSync(GENERATED, { recursive: true });
  await lint(written('sample-app', await sampleDocument()));
  const { url, document, close } = await startHost();
  try {
    const file = written('host', document);
    await lint(file);
    step('Compare the types of the portal with the API');
    checkTypes(document);
    await testGeneratedClient(file, url, TOKEN);
    await fuzz(file, url, TOKEN);
  } finally {
    await close();
  }
  console.log('\nThe OpenAPI documents, the generated client and the fuzzed API are as they should be.');
}

main().catch((error) => {
  console.error(`\nnpm run test:api failed: ${error.message}`);
  process.exitCode = 1;
});
