import { UsageError } from '../cli-errors.js';
import type { OptionValues } from '../command.js';

/** The values that an option for a number accepts. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** The value if the option is not given. */
  readonly default: number;
}

/**
 * Reads an option that is a whole number.
 *
 * @param name without the dashes
 * @throws {UsageError} for anything other than a whole number in the range
 */
export function wholeNumberOf(
  values: OptionValues,
  name: string,
  { min, max, default: otherwise }: NumberRange,
): number {
  const given = values[name];
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(`Option "--${name}" is "${given}". Use a whole number from ${min} to ${max}.`);
}
