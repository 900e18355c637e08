// Writes the types of the portal's API client, portal/src/api/schema.d.ts, from the module's own OpenAPI document. Run it after
// a change of the API. With --check it writes nothing and fails if the file is out of date, as `npm run test:api` does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTools, tool } from '../test/api/tools.mjs';
import { ensureBuilt } from './ensure-built.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const SCHEMA = path.join(root, 'portal/src/api/schema.d.ts');

/**
 * The types for a document.
 *
 * @param {object} document OpenAPI document of a host that mounts the module without a prefix
 */
function typesOf(document) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-types-'));
  try {
    const [input, output] = [path.join(folder, 'openapi.json'), path.join(folder, 'schema.d.ts')];
    writeFileSync(input, JSON.stringify(document));
    const options = ['--default-non-nullable', 'false', '--output', output];
    const { status } = spawnSync(tool('openapi-typescript'), [input, ...options], { stdio: 'inherit' });
    if (status !== 0) throw new Error('The types could not be generated: see the output above.');
    return readFileSync(output, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws {Error} if the types of the portal are not those of the document */
export function checkTypes(document) {
  if (readFileSync(SCHEMA, 'utf8') === typesOf(document)) return;
  throw new Error(
    'portal/src/api/schema.d.ts does not match the API. Run "node scripts/portal-types.mjs" and commit the file.',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureBuilt();
  await installTools();
  const { startHost } = await import('../test/api/host.mjs');
  const { document, close } = await startHost();
  await close();
  if (process.argv.includes('--check')) checkTypes(document);
  else writeFileSync(SCHEMA, typesOf(document));
}
