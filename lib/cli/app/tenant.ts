import { UsageError } from '../cli-errors.js';
import type { CommandOption, OptionValues } from '../command.js';

/** Option of every command about one tenant. */
export const TENANT_OPTION: Readonly<Record<string, CommandOption>> = {
  tenant: { value: 'UID', short: 't', description: 'Uid of the tenant. Required' },
};

/** @throws {UsageError} if the tenant is missing */
export function tenantOf({ tenant }: OptionValues): string {
  if (typeof tenant === 'string') return tenant;
  throw new UsageError('Option "--tenant" missing: give the uid of the tenant, --tenant UID.');
}

/** Option of every command that needs a confirmation. */
export const YES_OPTION: Readonly<Record<string, CommandOption>> = {
  yes: { short: 'y', description: 'Confirm. Required' },
};

/**
 * @param effect completes the sentence "This …"
 * @throws {UsageError} without `--yes`
 */
export function assertConfirmed({ yes }: OptionValues, effect: string): void {
  if (yes) return;
  throw new UsageError(`Confirmation missing. This ${effect}. Add --yes to continue.`);
}
