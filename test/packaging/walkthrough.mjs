// Follows a page from the tarball to the first webhook on localhost, with the page's own commands and files.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { QUIET, createNewcomerApp } from './newcomer-app.mjs';
import { stepsOf } from './page-steps.mjs';
import { Terminal, freePort, runCommands } from './terminal.mjs';

/** The pages promise the first webhook within five minutes. */
const LIMIT_SECONDS = 300;
const PRINTED = /^ORDER_SETTLED \{.*\}$/m;

/**
 * Makes a fresh application and follows the page in it.
 *
 * It differs from the page in what depends on the machine: the tarball instead of a name in the registry, the address of the
 * database, and ports that are free.
 *
 * @param {{ page: string, nest: 11 | 12, folder: string, tarball: string, databaseUrl: string }} walk
 */
export async function walkThrough({ page, nest, folder, tarball, databaseUrl }) {
  const app = createNewcomerApp(folder, nest);
  const [port, receiverPort] = [await freePort(), await freePort()];
  const local = (code) =>
    code
      .replace(/^(npm install) nestjs-tillhook/, `$1 ${tarball}`)
      .replace(/postgres:\/\/[^\s]+/, databaseUrl)
      .replace(/\b3000\b/g, String(port))
      .replace(/\b4000\b/g, String(receiverPort));
  const text = readFileSync(page, 'utf8');
  const env = { ...process.env, ...QUIET, PORT: String(port) };
  delete env.NODE_ENV;
  const terminals = [];
  const startedAt = performance.now();
  let lines = 0;
  try {
    for (const { kind, file, code } of stepsOf(text, nest)) {
      lines += code.trimEnd().split('\n').length;
      if (kind === 'file') write(path.join(app, file), local(code));
      else if (kind === 'run') runCommands(local(code), app, env);
      else
        terminals.push(await Terminal.serving(local(code), app, env, terminals.length ? port : receiverPort));
    }
    const [receiver] = terminals;
    const [printed] = await receiver.untilPrinted(PRINTED);
    assert.ok(text.includes(printed), `${page} does not show what the receiver prints: ${printed}`);
  } finally {
    for (const terminal of terminals) await terminal.close();
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  assert.ok(seconds < LIMIT_SECONDS, `${page} took ${seconds} s`);
  console.log(
    `${page}, NestJS ${nest}: first webhook after ${seconds} s and ${lines} lines of code and commands.`,
  );
}

function write(file, code) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, code);
}
