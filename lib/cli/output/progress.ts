import type { CommandContext } from '../command.js';

/** Progress of a long operation. */
export interface ProgressStep {
  /** The counted things with their verb, such as `Re-encrypted transports`. */
  readonly text: string;
  readonly done: number;
  /** Undefined: not known. */
  readonly total?: number | undefined;
}

const BAR_WIDTH = 24;
/** Without a terminal, time between two lines, in ms: a log of a deploy step needs no more. */
const LINE_EVERY_MS = 10_000;
/** Control sequence that erases the rest of a line. */
const ERASE_REST = '\u001b[K';

/**
 * Shows the progress of a long operation, apart from the results: on a terminal in one line that is drawn again, elsewhere as a
 * new line every 10 seconds.
 */
export class Progress {
  #printedAt = performance.now();
  #isDrawn = false;

  /** @param isShown false, such as with `--json`: shows nothing */
  constructor(
    private readonly context: Pick<CommandContext, 'printError' | 'isTerminal'>,
    private readonly isShown: boolean,
  ) {}

  show(step: ProgressStep): void {
    if (!this.isShown) return;
    if (this.context.isTerminal.progress) {
      this.context.printError(`\r${lineOf(step)}${ERASE_REST}`);
      this.#isDrawn = true;
      return;
    }
    if (performance.now() - this.#printedAt < LINE_EVERY_MS) return;
    this.context.printError(`${lineOf(step)}\n`);
    this.#printedAt = performance.now();
  }

  /** Ends the line, so that whatever follows gets a line of its own. */
  end(): void {
    if (this.#isDrawn) this.context.printError('\n');
    this.#isDrawn = false;
  }
}

/** `[############            ]  50 %  Deleted rows: 600 of 1,200`; without a total `Deleted rows: 600`. */
export function lineOf({ text, done, total }: ProgressStep): string {
  if (total === undefined) return `${text}: ${countText(done)}`;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const bar = '#'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${bar}] ${percent} %  ${text}: ${countText(done)} of ${countText(total)}`;
}

/** A number with separators for thousands, as the documentation writes them: `12,000`. */
export const countText = (count: number): string => count.toLocaleString('en-US');
