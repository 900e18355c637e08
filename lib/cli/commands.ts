import type { Command } from './command.js';
import { deliveriesCommand } from './deliveries/deliveries-command.js';
import { redeliverCommand } from './deliveries/redeliver-command.js';
import { emitCommand } from './develop/emit-command.js';
import { listenCommand } from './develop/listen-command.js';
import { verifyCommand } from './develop/verify-command.js';
import { explainCommand } from './events/explain-command.js';
import { adoptEnvironmentCommand } from './operate/environment-command.js';
import { rotateKeysCommand } from './operate/rotate-keys-command.js';
import { stateCommands } from './operate/state-commands.js';
import { statusCommand } from './operate/status-command.js';
import { stopCommands } from './operate/stop-commands.js';
import { transportsCommand } from './operate/transports-command.js';
import { recoverCommands } from './recovery/recover-commands.js';
import { recoveriesCommands } from './recovery/recoveries-commands.js';
import { migrateCommand } from './schema/migrate-command.js';
import { sqlCommand } from './sql/sql-command.js';
import { exportTenantCommand } from './tenants/export-tenant-command.js';
import { purgeTenantCommand } from './tenants/purge-tenant-command.js';

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [
  migrateCommand,
  sqlCommand,
  statusCommand,
  transportsCommand,
  deliveriesCommand,
  explainCommand,
  redeliverCommand,
  ...recoverCommands,
  ...recoveriesCommands,
  ...stateCommands,
  exportTenantCommand,
  purgeTenantCommand,
  ...stopCommands,
  rotateKeysCommand,
  adoptEnvironmentCommand,
  verifyCommand,
  listenCommand,
  emitCommand,
];
