// Runs one contestant or scenario in a process of its own, so that none inherits the heap or the compiled code of another.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TLS } from './tls.mjs';

/**
 * @param {string} name a file below bench/, without its extension
 * @param {object} job the argument of its `run()`
 * @returns the result of its `run()`
 */
export async function runInProcess(name, job) {
  const child = fork(fileURLToPath(import.meta.url), [name], { env: { ...process.env, ...TLS.environment } });
  child.send(job);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${name} exited with code ${code} before it had a result.`)),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { run } = await import(`./${process.argv[2]}.mjs`);
  const job = await new Promise((resolve) => process.once('message', resolve));
  const result = await run(job);
  process.send(result);
  process.disconnect();
}
