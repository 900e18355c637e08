import { CreateWebhookTables1763942400000 } from './create-webhook-tables.js';

/** Every migration, oldest first. Classes rather than a glob, so that both builds and bundlers find them. */
export const migrations = [CreateWebhookTables1763942400000];
