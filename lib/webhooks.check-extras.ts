import { InvalidOptionError } from './errors/start-up.errors.js';
import type { WebhooksModuleExtras } from './webhooks.extras.js';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FLAGS = ['isGlobal', 'controllers', 'worker'] as const;
const TEXTS = ['path', 'dataSource'] as const;

/** @throws {InvalidOptionError} for a value that Nest would misinterpret, e.g. `worker: 'false'` */
export function checkExtras(extras: WebhooksModuleExtras): void {
  const { name } = extras;
  if (name !== undefined && !(typeof name === 'string' && NAME.test(name)))
    throw new InvalidOptionError('name', name, 'use 1 to 64 letters, digits, "_" or "-".');
  for (const flag of FLAGS) {
    const value: unknown = extras[flag];
    if (value !== undefined && typeof value !== 'boolean')
      throw new InvalidOptionError(flag, value, 'set true or false.');
  }
  for (const text of TEXTS) {
    const value: unknown = extras[text];
    if (value !== undefined && typeof value !== 'string')
      throw new InvalidOptionError(text, value, 'give a text.');
  }
}
