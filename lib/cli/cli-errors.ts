/** A failure that the command line reports with its message and without a stack trace. */
export class CliError extends Error {
  /** @param code stable, upper-case; printed with `--json` */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The arguments are wrong: an unknown command or option, or an invalid value. Exit code 2. */
export class UsageError extends CliError {
  constructor(message: string) {
    super('INVALID_USAGE', message);
  }
}

/** The configuration file or an environment variable is wrong. Exit code 1. */
export class ConfigError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIG', message, options);
  }
}

/** The command was interrupted before it had done its work. Exit code 1. */
export class InterruptedError extends CliError {
  /** @param message what is done and what is not, and how to go on */
  constructor(message: string) {
    super('INTERRUPTED', `Interrupted. ${message}`);
  }
}
