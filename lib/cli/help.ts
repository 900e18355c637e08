import { COMMON_OPTIONS, GLOBAL_OPTIONS } from './command.js';
import type { Command, CommandArgument, CommandOption } from './command.js';

const DOCUMENTATION = 'Documentation: node_modules/nestjs-tillhook/docs/command-line.md';

/** The usage line of a command; without a command, that of `tillhook` itself. */
export const usageOf = (command?: Command): string =>
  command === undefined
    ? 'Usage: tillhook <command> [options]'
    : `Usage: tillhook ${[command.name, ...(command.arguments ?? []).map(placeholderOf)].join(' ')} [options]`;

function placeholderOf({ name, isMany, isOptional }: CommandArgument): string {
  const shown = isMany ? `${name} …` : name;
  return isOptional ? `[${shown}]` : shown;
}

/** The text of `tillhook --help`. */
export function generalHelp(commands: readonly Command[]): string {
  return sections(
    usageOf(),
    'Runs operations of nestjs-tillhook from a terminal or a deploy step.',
    `Commands:\n${table(commands.map(({ name, summary }) => [name, summary]))}`,
    `Options:\n${optionTable(GLOBAL_OPTIONS)}`,
    `Run \`tillhook help <command>\` for the options of a command.\n${DOCUMENTATION}`,
  );
}

/** The text of `tillhook help <command>`. */
export function commandHelp(command: Command): string {
  return sections(
    usageOf(command),
    command.description,
    ...(command.arguments === undefined
      ? []
      : [`Arguments:\n${table(command.arguments.map(({ name, description }) => [name, description]))}`]),
    `Options:\n${optionTable({ ...command.options, ...COMMON_OPTIONS })}`,
    DOCUMENTATION,
  );
}

const sections = (...parts: string[]): string => `${parts.join('\n\n')}\n`;

const optionTable = (options: Readonly<Record<string, CommandOption>>): string =>
  table(
    Object.entries(options).map(([name, { value, short, description }]): [string, string] => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      description,
    ]),
  );

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
