import { CreateWebhookTables1763942400000 } from './create-webhook-tables.js';

/**
 * Every migration, oldest first. The list contains classes and no glob, so that TypeORM finds the migrations in both builds (ESM
 * and CommonJS) and in a bundle.
 */
export const migrations = [CreateWebhookTables1763942400000];
