// reset.ts
import { revertWebhookMigration, runWebhookMigrations } from 'nestjs-tillhook';
import type { DataSource } from 'typeorm';

/** Drops all tables of the module with everything in them, and makes them again. Your own tables stay. */
export async function resetWebhooks(dataSource: DataSource): Promise<void> {
  if (process.env.NODE_ENV === 'production') throw new Error('Not in production.');
  while ((await revertWebhookMigration(dataSource)) !== undefined);
  await runWebhookMigrations(dataSource);
}
