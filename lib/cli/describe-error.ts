import { UsageError } from './cli-errors.js';
import type { Command } from './command.js';
import { usageOf } from './help.js';
import { withRemedy } from './remedy.js';

const UNEXPECTED = 'UNEXPECTED_ERROR';

/** An error as the command line reports it. */
export interface DescribedError {
  readonly text: string;
  /** 2 for wrong arguments and values, otherwise 1. */
  readonly exitCode: 1 | 2;
}

/** @param command the command that ran; undefined if none was found */
export function describeError(
  error: unknown,
  { isJson, command }: { isJson: boolean; command: Command | undefined },
): DescribedError {
  const { code = UNEXPECTED, message } = withRemedy(error);
  // The module validates values of options that the command line passes on.
  const exitCode = error instanceof UsageError || code === 'VALIDATION_FAILED' ? 2 : 1;
  if (isJson) return { text: `${JSON.stringify({ error: { code, message } })}\n`, exitCode };
  const usage = exitCode === 2 ? `\n${usageOf(command)}\n${hintOf(command)}\n` : '';
  // An error without a code is a bug, so its stack trace is shown: a report of the bug needs it.
  return { text: `tillhook: ${code === UNEXPECTED ? stackOf(error) : message}\n${usage}`, exitCode };
}

const stackOf = (error: unknown): string => (error instanceof Error && error.stack) || String(error);

const hintOf = (command: Command | undefined): string =>
  command === undefined
    ? 'Run `tillhook --help` for the list of commands.'
    : `Run \`tillhook help ${command.name}\` for its options.`;
