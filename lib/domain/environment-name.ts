import { InvalidOptionError } from '../errors/start-up.errors.js';

const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** @throws {InvalidOptionError} unless the name is 1 to 64 printable ASCII characters without spaces around them */
export function checkEnvironmentName(name: string): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new InvalidOptionError(
    'environment',
    name,
    'use 1 to 64 printable ASCII characters, without a space at the start or the end, e.g. "production".',
  );
}
