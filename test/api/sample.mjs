// The OpenAPI document of the sample app.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../dist-sample/config/app-config.js';
import { createApp } from '../../dist-sample/create-app.js';

/** Starts the sample app on SQLite, reads its document as a client would, and stops it. */
export async function sampleDocument() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-sample-'));
  const app = await createApp(
    loadConfig({
      PORT: '0',
      DATABASE_URL: `sqlite:${path.join(folder, 'pos.sqlite')}`,
      WEBHOOKS_WORKER: 'false',
    }),
  );
  try {
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/docs-json`);
    if (!response.ok) throw new Error(`GET /docs-json of the sample app responded with ${response.status}.`);
    return await response.json();
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
