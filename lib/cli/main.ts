import { UsageError } from './cli-errors.js';
import { COMMON_OPTIONS, GLOBAL_OPTIONS } from './command.js';
import type { Command, CommandContext } from './command.js';
import { COMMANDS } from './commands.js';
import { describeError } from './describe-error.js';
import { commandHelp, generalHelp } from './help.js';
import { parseOptions, requiredArguments } from './parse-options.js';
import { suggest } from './suggestion.js';

/**
 * Runs the command line. Results go to `print`, everything else to `printError`.
 *
 * @param args the arguments after the name of the program
 * @returns the exit code: 0, 1 for a failure, 2 for wrong arguments
 */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const command = COMMANDS.find(({ name }) => name === args[0]);
  try {
    await (command ? runCommand(command, args.slice(1), context) : runGlobal(args, context));
    return 0;
  } catch (error) {
    const { text, exitCode } = describeError(error, { isJson: args.includes('--json'), command });
    context.printError(text);
    return exitCode;
  }
}

async function runCommand(command: Command, args: readonly string[], context: CommandContext): Promise<void> {
  const known = { ...command.options, ...COMMON_OPTIONS };
  const { values, given } = parseOptions(args, known, command.arguments);
  if (values.help) return context.print(commandHelp(command));
  await command.run(values, context, requiredArguments(command, given));
}

/** `tillhook --help`, `--version`, `help`, `help <command>`; anything else is an error. */
function runGlobal([first, ...rest]: readonly string[], { print, version }: CommandContext): void {
  if (first === undefined) throw new UsageError('Command missing.');
  if (first === 'help') return print(helpFor(rest));
  if (!first.startsWith('-')) throw unknownCommand(first);
  const { values } = parseOptions([first, ...rest], GLOBAL_OPTIONS);
  print(values.version && !values.help ? `${version}\n` : generalHelp(COMMANDS));
}

function helpFor([name, extra]: readonly string[]): string {
  if (extra !== undefined) throw new UsageError(`Unexpected argument "${extra}".`);
  if (name === undefined) return generalHelp(COMMANDS);
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) throw unknownCommand(name);
  return commandHelp(command);
}

const unknownCommand = (name: string): UsageError =>
  new UsageError(
    `Unknown command "${name}". ${suggest(name, [...COMMANDS.map((known) => known.name), 'help'])}`,
  );
