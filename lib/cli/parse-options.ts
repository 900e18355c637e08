import { parseArgs } from 'node:util';
import { UsageError } from './cli-errors.js';
import type { CommandOption, OptionValues } from './command.js';
import { suggest } from './suggestion.js';

/**
 * Reads the options of a command. If an option is given twice, the last one applies.
 *
 * @param args the arguments after the name of the command
 * @throws {UsageError} for an unknown option, a missing or superfluous value, and any other argument
 */
export function parseOptions(
  args: readonly string[],
  known: Readonly<Record<string, CommandOption>>,
): OptionValues {
  const options = Object.entries(known).map(([name, { value, short }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
  ]);
  // Not strict: the messages below suggest the option that was probably meant.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(options) as NonNullable<Parameters<typeof parseArgs>[0]>['options'],
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | true> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError(`Unexpected argument "${token.value}".`);
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) {
      throw new UsageError(`Unknown option "${rawName}". ${suggest(rawName, namesOf(known))}`);
    }
    values[name] =
      option.value === undefined ? flag(rawName, value) : required(rawName, option, value, inlineValue);
  }
  return values;
}

function flag(rawName: string, value: string | undefined): true {
  if (value === undefined) return true;
  throw new UsageError(`Option "${rawName}" has no value, but "${value}" was given.`);
}

function required(
  rawName: string,
  option: CommandOption,
  value: string | undefined,
  isInline: boolean | undefined,
): string {
  // In `--schema --json` the next option is not a value. In `--schema=--json` it is.
  if (value !== undefined && value !== '' && (isInline || !value.startsWith('-'))) return value;
  throw new UsageError(`Option "${rawName}" needs a value: ${rawName} ${option.value}.`);
}

const namesOf = (known: Readonly<Record<string, CommandOption>>): string[] =>
  Object.keys(known).map((name) => `--${name}`);
