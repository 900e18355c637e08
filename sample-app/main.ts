import 'reflect-metadata';
import { type AppConfig, loadConfig } from './config/app-config.js';
import { describeDatabase } from './config/database-target.js';
import { describeStartError } from './config/start-error.js';
import { createApp } from './create-app.js';

try {
  const config = loadConfig(process.env);
  const app = await createApp(config);
  await app.listen(config.port);
  console.log(startLine(config, await app.getUrl()));
} catch (error) {
  console.error(`The sample app cannot start. ${describeStartError(error)}`);
  process.exit(1);
}

function startLine({ worker, controllers, database }: AppConfig, boundUrl: string): string {
  const url = `http://127.0.0.1:${new URL(boundUrl).port || '80'}`;
  const onOff = (on: boolean): string => (on ? 'on' : 'off');
  const parts = [
    `POS ready on ${url}`,
    `docs ${url}/docs`,
    `worker ${onOff(worker)}`,
    `controllers ${onOff(controllers)}`,
    describeDatabase(database),
  ];
  return parts.join(' · ');
}
