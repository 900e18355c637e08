import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';

export type CapturedLevel = 'log' | 'error' | 'warn' | 'debug' | 'verbose' | 'fatal';

/** A logger for Nest that keeps everything, at every level, as an operator would read it. */
export class LogCapture implements LoggerService {
  readonly entries: { readonly level: CapturedLevel; readonly text: string }[] = [];

  log = this.#keeper('log');
  error = this.#keeper('error');
  warn = this.#keeper('warn');
  debug = this.#keeper('debug');
  verbose = this.#keeper('verbose');
  fatal = this.#keeper('fatal');

  /** The texts of one level that match. */
  at(level: CapturedLevel, pattern: RegExp): string[] {
    return this.entries
      .filter((entry) => entry.level === level && pattern.test(entry.text))
      .map(({ text }) => text);
  }

  #keeper(level: CapturedLevel) {
    return (...parts: unknown[]): void => {
      const text = parts
        .map((part) => (typeof part === 'string' ? part : inspect(part, { depth: 20 })))
        .join(' ');
      this.entries.push({ level, text });
    };
  }
}
