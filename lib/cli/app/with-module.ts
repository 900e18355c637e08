import type { Type } from '@nestjs/common';
import type { CommandContext, OptionValues } from '../command.js';
import { resolveAddress } from '../config/resolve-address.js';

/** Returns an injectable class of the module. */
export type GetService = <Service>(service: Type<Service>) => Service;

/**
 * Starts the module without routes and worker, runs the work, and closes the module.
 *
 * @throws {UsageError} if no source has the address of the database
 * @throws {SchemaBehindError} if migrations have to run first
 */
export async function withModule<Result>(
  values: OptionValues,
  context: CommandContext,
  work: (get: GetService) => Promise<Result>,
): Promise<Result> {
  const { url, schema, webhooks } = await resolveAddress(values, context);
  // Both load slowly, so they are imported only when they are needed, and not for the help.
  const { NestFactory } = await import('@nestjs/core');
  const { WebhooksModule } = await import('../../index.js');
  const database = schema === undefined ? { url } : { url, schema };
  const module = WebhooksModule.forRoot({ ...webhooks, database, controllers: false, worker: false });
  const root = { module: class TillhookCommand {}, imports: [module] };
  const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  try {
    return await work((service) => app.get(service, { strict: false }));
  } finally {
    await app.close();
  }
}
