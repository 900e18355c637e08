import { UsageError } from './cli-errors.js';
import type { Command } from './command.js';
import { usageOf } from './help.js';

const UNEXPECTED = 'UNEXPECTED_ERROR';

/** An error as the command line reports it. */
export interface DescribedError {
  readonly text: string;
  /** 2 for wrong arguments, otherwise 1. */
  readonly exitCode: 1 | 2;
}

/** @param command the command that ran; undefined if none was found */
export function describeError(
  error: unknown,
  { isJson, command }: { isJson: boolean; command: Command | undefined },
): DescribedError {
  const exitCode = error instanceof UsageError ? 2 : 1;
  const message = error instanceof Error ? error.message : String(error);
  if (isJson) return { text: `${JSON.stringify({ error: { code: codeOf(error), message } })}\n`, exitCode };
  const usage = exitCode === 2 ? `\n${usageOf(command)}\n${hintOf(command)}\n` : '';
  return { text: `tillhook: ${isExpected(error) ? message : stackOf(error)}\n${usage}`, exitCode };
}

/** An error without a code is a bug, so its stack trace is shown for the report. */
const isExpected = (error: unknown): boolean => codeOf(error) !== UNEXPECTED;

const stackOf = (error: unknown): string => (error instanceof Error && error.stack) || String(error);

/** Errors of the module, of Node and of drivers have a code. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : UNEXPECTED;
}

const hintOf = (command: Command | undefined): string =>
  command === undefined
    ? 'Run `tillhook --help` for the list of commands.'
    : `Run \`tillhook help ${command.name}\` for its options.`;
