import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionCatalog } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import { UsageError } from '../cli-errors.js';
import type { Command, CommandContext } from '../command.js';
import { DATABASE_OPTIONS, resolveAddress } from '../config/resolve-address.js';

/** Emits one event, for trials. */
export const emitCommand: Command = {
  name: 'emit',
  summary: 'Emit one event, for trials',
  description:
    'Emits one event of the tenant. The workers of the application deliver it. The catalog is that of webhooks.catalog in the\n' +
    'configuration file. Default: posCatalog, the catalog for points of sale.',
  arguments: [{ name: 'ACTION', description: 'Action of the event' }],
  options: {
    ...DATABASE_OPTIONS,
    ...TENANT_OPTION,
    data: {
      value: 'JSON',
      short: 'd',
      description:
        'Data of the event: JSON, @FILE for the content of a file, or - for the standard input. Default: the example of the action',
    },
    'event-uid': { value: 'UID', description: 'Uid of the event. Default: a new one' },
    'ordering-key': { value: 'KEY', description: 'Ordering key. Default: none' },
  },
  async run(values, context, [action]) {
    const tenantUid = tenantOf(values);
    const given = values.data === undefined ? undefined : await dataOf(values.data as string, context);
    const { webhooks } = await resolveAddress(values, context);
    const event = await withModule(values, context, async (get) => {
      const { posCatalog, WebhookEmitter } = await import('../../index.js');
      const catalog: ActionCatalog = webhooks.catalog ?? posCatalog;
      // The emitter refuses an unknown action itself.
      const data = given ?? catalog[action!]?.example ?? {};
      return get(WebhookEmitter).emit(action as never, data as never, {
        tenantUid,
        ...(typeof values['event-uid'] === 'string' && { eventUid: values['event-uid'] }),
        ...(typeof values['ordering-key'] === 'string' && { orderingKey: values['ordering-key'] }),
      });
    });
    context.print(values.json ? `${JSON.stringify(event)}\n` : `Emitted event ${event.eventUid}.\n`);
  },
};

async function dataOf(given: string, { cwd, readInput }: CommandContext): Promise<unknown> {
  const text = given === '-' ? (await readInput()).toString('utf8') : await textOf(given, cwd);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`Option "--data" is not JSON: ${(error as Error).message}`);
  }
}

async function textOf(given: string, cwd: string): Promise<string> {
  if (!given.startsWith('@')) return given;
  try {
    return await readFile(path.resolve(cwd, given.slice(1)), 'utf8');
  } catch (error) {
    throw new UsageError(
      `Option "--data": file ${given.slice(1)} cannot be read: ${(error as Error).message}`,
    );
  }
}
