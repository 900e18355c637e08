import type { EntityManager } from 'typeorm';
import { EXAMPLE_TENANT } from './example-transports.js';

/** Columns with the times of changes, by their table. */
const TIMES: Readonly<Record<string, readonly string[]>> = {
  webhook_audit: ['created_at'],
  webhook_http_transport: ['created_at', 'last_modified_at', 'disabled_at'],
  webhook_webhook: ['created_at', 'last_modified_at'],
  webhook_tombstone: ['deleted_at'],
};

/**
 * Moves the times that a change has just written to an earlier instant.
 *
 * @param writtenFrom times from this instant on are moved, ms since the epoch
 * @param at the new time, ms since the epoch; before `writtenFrom`, so that the next change does not move them again
 */
export async function backdate(manager: EntityManager, writtenFrom: number, at: number): Promise<void> {
  for (const [table, columns] of Object.entries(TIMES)) {
    const moved = columns.map(
      (column) => `${column} = CASE WHEN ${column} >= ${writtenFrom} THEN ${at} ELSE ${column} END`,
    );
    await manager.query(`UPDATE ${table} SET ${moved.join(', ')} WHERE tenant_uid = '${EXAMPLE_TENANT}'`);
  }
}
