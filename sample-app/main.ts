import 'reflect-metadata';
import { type AppConfig, loadConfig } from './config/app-config.js';
import { describeDatabase } from './config/database-target.js';
import { describeStartError } from './config/start-error.js';
import { createApp } from './create-app.js';
import { startExample } from './example-traffic/example-start.js';

try {
  const config = loadConfig(process.env);
  const app = await createApp(config);
  await app.listen(config.port);
  const url = publicUrl(await app.getUrl());
  console.log(startLine(config, url));
  if (config.exampleTraffic) console.log(await startExample(app, url));
} catch (error) {
  console.error(`The sample app cannot start. ${describeStartError(error)}`);
  process.exit(1);
}

function publicUrl(boundUrl: string): string {
  return `http://127.0.0.1:${new URL(boundUrl).port || '80'}`;
}

function startLine({ worker, controllers, database }: AppConfig, url: string): string {
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
