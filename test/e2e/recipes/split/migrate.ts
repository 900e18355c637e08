// split/migrate.ts
import { runWebhookMigrations } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';

/** A step of the deployment, before any process starts. */
export async function migrate(database: string): Promise<string[]> {
  const dataSource = await new DataSource({ type: 'better-sqlite3', database }).initialize();
  try {
    return await runWebhookMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
