import { parseArgs } from 'node:util';
import { UsageError } from './cli-errors.js';
import type { Command, CommandArgument, CommandOption, OptionValues } from './command.js';
import { suggest } from './suggestion.js';

/** The options and arguments that were given to a command. */
export interface ParsedOptions {
  readonly values: OptionValues;
  /** The arguments without a name, in order. */
  readonly given: readonly string[];
}

/**
 * Reads the options and arguments of a command. If an option is given twice, the last one applies.
 *
 * @param args the arguments after the name of the command
 * @param expected the command's arguments without a name. Default: none
 * @throws {UsageError} for an unknown option, a missing or superfluous value, and an argument too many
 */
export function parseOptions(
  args: readonly string[],
  known: Readonly<Record<string, CommandOption>>,
  expected: readonly CommandArgument[] = [],
): ParsedOptions {
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
  const given: string[] = [];
  const most = expected.at(-1)?.isMany ? Infinity : expected.length;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (given.length >= most) throw new UsageError(`Unexpected argument "${token.value}".`);
      given.push(token.value);
      continue;
    }
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) {
      throw new UsageError(`Unknown option "${rawName}". ${suggest(rawName, namesOf(known))}`);
    }
    values[name] =
      option.value === undefined ? flag(rawName, value) : required(rawName, option, value, inlineValue);
  }
  return { values, given };
}

/** @throws {UsageError} if an argument of the command is missing */
export function requiredArguments(
  { arguments: expected = [] }: Pick<Command, 'arguments'>,
  given: readonly string[],
): readonly string[] {
  const missing = expected[given.length];
  if (missing === undefined || missing.isOptional || given.length >= expected.length) return given;
  throw new UsageError(`Argument ${missing.name} missing: ${missing.description}.`);
}

function flag(rawName: string, value: string | undefined): true {
  if (value === undefined) return true;
  throw new UsageError(`Option "${rawName}" takes no value, but "${value}" was given.`);
}

function required(
  rawName: string,
  option: CommandOption,
  value: string | undefined,
  isInline: boolean | undefined,
): string {
  // In `--schema --json` the next option is not a value. In `--schema=--json` it is. A lone `-` is the standard input.
  if (value && (isInline || value === '-' || !value.startsWith('-'))) return value;
  throw new UsageError(`Option "${rawName}" needs a value: ${rawName} ${option.value}.`);
}

const namesOf = (known: Readonly<Record<string, CommandOption>>): string[] =>
  Object.keys(known).map((name) => `--${name}`);
