/** One option of a command, given as `--name` or `--name VALUE`. */
export interface CommandOption {
  /** Placeholder for the value in the help, e.g. `NAME`. Omitted: the option has no value. */
  readonly value?: string;
  /** One letter for `-x`. */
  readonly short?: string;
  /** Effect of the option, as shown in the help. */
  readonly description: string;
}

/** One argument of a command, given without a name. */
export interface CommandArgument {
  /** Placeholder in the usage, e.g. `TRANSPORT`. */
  readonly name: string;
  /** Meaning of the argument, as shown in the help. */
  readonly description: string;
  /** True: one or more. Only the last argument of a command may have it. */
  readonly isMany?: boolean;
  /** True: it may be left out. Only the last argument of a command may have it. */
  readonly isOptional?: boolean;
}

/** The given options: a string for an option with a value, otherwise `true`. */
export type OptionValues = Readonly<Record<string, string | true | undefined>>;

/**
 * The access of a command to the process: working directory, environment variables, input, and output. `bin.ts` creates it; no
 * other code of the command line uses `process`.
 */
export interface CommandContext {
  /** The working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The version of the package. */
  readonly version: string;
  /** Prints a result. */
  readonly print: (text: string) => void;
  /** Waits until the reader of the results has caught up, so that long results do not fill the memory. */
  readonly drained: () => Promise<void>;
  /** Prints progress or a hint, apart from the results. */
  readonly printError: (text: string) => void;
  /** Whether results and progress go to a terminal, where lines may be drawn again. */
  readonly isTerminal: { readonly results: boolean; readonly progress: boolean };
  /** Reads the standard input to its end. */
  readonly readInput: () => Promise<Buffer>;
  /** Aborted when the user interrupts the command, which then ends as soon as it can. */
  readonly interrupted: AbortSignal;
}

/** A command of `tillhook`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Text in the help below the usage. */
  readonly description: string;
  /** Its arguments, in order; each is required unless its `isOptional` is true. Default: none. */
  readonly arguments?: readonly CommandArgument[];
  /** The command's own options, in addition to `COMMON_OPTIONS`. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /**
   * @param args one value for each argument; more if `isMany` of the last one is true
   * @throws {UsageError} for invalid values
   * @throws {ConfigError}
   */
  run(values: OptionValues, context: CommandContext, args: readonly string[]): Promise<void>;
}

/** Options of every command. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  config: {
    value: 'FILE',
    description: 'Configuration file. Default: tillhook.config.{mjs,cjs,js,json} in the working directory',
  },
  json: { description: 'Print results and errors as JSON' },
  help: { short: 'h', description: 'Show this help' },
};

/** Options of `tillhook` without a command. */
export const GLOBAL_OPTIONS: Readonly<Record<string, CommandOption>> = {
  help: { short: 'h', description: 'Show help' },
  version: { short: 'v', description: 'Show the version' },
};
