import type { Command } from '../command.js';
import { DATABASE_OPTIONS, resolveAddress } from '../config/resolve-address.js';

/** Runs the migrations, as `runWebhookMigrations` does. */
export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Create or upgrade the webhook tables',
  description:
    'Runs the migrations that the database lacks, under a lock: several processes may run it at once. It may be repeated.\n' +
    'The role needs the right to create tables.',
  options: {
    ...DATABASE_OPTIONS,
    'dry-run': { description: 'Only list the migrations that would run' },
  },
  async run(values, context) {
    const { url, schema } = await resolveAddress(values, context);
    const address = { url, schema };
    const { pendingWebhookMigrations, runWebhookMigrations } =
      await import('../../persistence/migrations/webhook-migrations.js');
    const isDryRun = values['dry-run'] === true;
    const names = await (isDryRun ? pendingWebhookMigrations(address) : runWebhookMigrations(address));
    if (values.json) return context.print(`${JSON.stringify({ dryRun: isDryRun, migrations: names })}\n`);
    if (names.length === 0) return context.print('The webhook tables are up to date.\n');
    context.print(`${isDryRun ? 'Would run' : 'Ran'}:\n${names.map((name) => `  ${name}\n`).join('')}`);
  },
};
