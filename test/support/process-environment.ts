import { SHARE_ENV, Worker } from 'node:worker_threads';

/**
 * Runs `action` with these environment variables set for the whole process. Jest gives tests a copy of
 * `process.env`, which Node itself does not look at; a worker that shares the environment reaches the real one.
 */
export async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  action: () => Promise<void>,
): Promise<void> {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name] ?? null]));
  await assign(variables);
  try {
    await action();
  } finally {
    await assign(before);
  }
}

async function assign(variables: Readonly<Record<string, string | null>>): Promise<void> {
  const code = `
    for (const [name, value] of Object.entries(require('node:worker_threads').workerData)) {
      if (value === null) delete process.env[name];
      else process.env[name] = value;
    }`;
  const worker = new Worker(code, { eval: true, env: SHARE_ENV, workerData: variables });
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
}
