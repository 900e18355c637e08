/** `npm run demo`: what nestjs-tillhook does, shown on a real app, a real database file and a real receiver. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppProcess } from './app-process.js';
import { tellTheStory } from './chapters.js';
import { ReceiverProcess } from './receiver-process.js';
import { story } from './story.js';

/** Waits before retries, in ms: less than a second instead of the minutes and hours of a real schedule. */
const RETRY_SCHEDULE_MS = '700,700,700';

process.exitCode = await run();

async function run(): Promise<number> {
  let folder: string | undefined;
  let receiver: ReceiverProcess | undefined;
  let app: AppProcess | undefined;
  const cleanUp = async (): Promise<number | null> => {
    receiver?.stop();
    const exitCode = (await app?.stop()) ?? null;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    return exitCode;
  };
  const interrupt = (): void => void cleanUp().then(() => process.exit(1));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  try {
    folder = mkdtempSync(join(tmpdir(), 'tillhook-demo-'));
    receiver = await ReceiverProcess.start();
    app = await AppProcess.start({
      DATABASE_URL: `sqlite:${join(folder, 'pos.sqlite')}`,
      WEBHOOKS_RETRY_SCHEDULE_MS: RETRY_SCHEDULE_MS,
    });
    await tellTheStory(app, receiver);
  } catch (error) {
    story.fails(error instanceof Error ? error.message : String(error));
    if (app?.output) console.error(`Output of the POS back end:\n${app.output}`);
    await cleanUp();
    return 1;
  }
  const exitCode = await cleanUp();
  if (exitCode === 0) return 0;
  story.fails(`The POS back end ended with exit code ${exitCode} instead of 0.\n${app.output}`);
  return 1;
}
