import type { GivenAddress } from '../../persistence/connection/database-address.js';
import type { Command, CommandContext } from '../command.js';
import { DATABASE_OPTIONS, isMissingFile, resolveAddress } from '../config/resolve-address.js';

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
    const { url, schema } = await resolveAddress(values, context, { mayCreate: true });
    const isDryRun = values['dry-run'] === true;
    const names = isDryRun ? await pending({ url, schema }, context) : await run({ url, schema });
    if (values.json) return context.print(`${JSON.stringify({ dryRun: isDryRun, migrations: names })}\n`);
    if (names.length === 0) return context.print('The webhook tables are up to date.\n');
    context.print(`${isDryRun ? 'Would run' : 'Ran'}:\n${names.map((name) => `  ${name}\n`).join('')}`);
  },
};

async function run(address: GivenAddress): Promise<string[]> {
  const { runWebhookMigrations } = await import('../../persistence/migrations/webhook-migrations.js');
  return runWebhookMigrations(address);
}

/** A SQLite file that does not exist is not created: it lacks all migrations. */
async function pending(address: GivenAddress & { url: string }, { cwd }: CommandContext): Promise<string[]> {
  if (isMissingFile(address.url, cwd)) {
    const { migrationNames } = await import('../../persistence/migrations/record-migrations.js');
    return [...migrationNames()];
  }
  const { pendingWebhookMigrations } = await import('../../persistence/migrations/webhook-migrations.js');
  return pendingWebhookMigrations(address);
}
