import { ConfigError } from './config-error.js';

/** Range and unit of a whole number, for error messages. */
export interface IntegerRange {
  readonly minimum: number;
  readonly maximum: number;
  /** The unit as a word, e.g. `milliseconds`. */
  readonly unit: string;
}

/** Reads typed values from environment variables. An unset or empty variable is `undefined`. */
export class Environment {
  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  text(name: string): string | undefined {
    const value = this.variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** True when the variable exists, even if it is empty: an empty list may be meant. */
  has(name: string): boolean {
    return this.variables[name] !== undefined;
  }

  /** @throws {ConfigError} unless it is a whole number within the range. */
  integer(name: string, range: IntegerRange): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : parseInteger(name, value, value, range);
  }

  /** @throws {ConfigError} unless it is `true` or `false`. */
  boolean(name: string): boolean | undefined {
    return this.oneOf(name, ['true', 'false']) === undefined ? undefined : this.text(name) === 'true';
  }

  /** @throws {ConfigError} unless it is one of the choices, in the same spelling. */
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    throw new ConfigError(name, value, `is not one of ${choices.join(', ')}`, `Set ${name}=${choices[0]}.`);
  }

  /** The parts of a comma-separated list, trimmed. A variable set to nothing is an empty list. */
  list(name: string): string[] | undefined {
    if (!this.has(name)) return undefined;
    return (
      this.text(name)
        ?.split(',')
        .map((part) => part.trim()) ?? []
    );
  }

  /** @throws {ConfigError} unless every part is a whole number within the range. */
  integerList(name: string, range: IntegerRange): number[] | undefined {
    const whole = this.text(name);
    return whole?.split(',').map((part) => parseInteger(name, part.trim(), whole, range));
  }
}

function parseInteger(name: string, text: string, received: string, range: IntegerRange): number {
  const { minimum, maximum, unit } = range;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  const wanted = `${unit} as a whole number from ${minimum} to ${maximum}`;
  const which = text === received ? 'is' : `has ${JSON.stringify(text)}, which is`;
  throw new ConfigError(name, received, `${which} not a number that this variable accepts`, `Set ${wanted}.`);
}
