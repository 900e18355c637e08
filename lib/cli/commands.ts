import type { Command } from './command.js';
import { sqlCommand } from './sql/sql-command.js';

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly Command[] = [sqlCommand];
