import { printable } from './printable.js';

/** A value of a table's cell. Null and undefined are shown as `-`. */
export type Cell = string | number | null | undefined;

const textOf = (cell: Cell): string =>
  cell === null || cell === undefined || cell === '' ? '-' : printable(String(cell));

/**
 * Aligns rows in columns, numbers to the right.
 *
 * @param header one title for each column
 * @returns lines with a line break at the end
 */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = header.map(
    (_, column) => rows.every((row) => typeof row[column] === 'number') && rows.length > 0,
  );
  const texts = [header, ...rows.map((row) => row.map(textOf))];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        isNumber[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return `${texts.map(lineOf).join('\n')}\n`;
}

/** Names and values, one pair in a line. */
export function facts(pairs: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return `${pairs.map(([name, value]) => `${name.padEnd(width)}  ${textOf(value)}`).join('\n')}\n`;
}

/** An instant without fractions of a second: `2026-03-14 09:26:53Z`. */
export const shortInstant = (instant: string | null): string | null =>
  instant === null ? null : `${instant.slice(0, 10)} ${instant.slice(11, 19)}Z`;

/** A duration in the largest of the units `d`, `h`, `min` that it contains at least twice; else in `s`, or below 1 s in `ms`. */
export function shortDuration(ms: number | null): string | null {
  if (ms === null) return null;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
  ] as const;
  const [unit, length] = units.find(([, length]) => ms >= 2 * length) ?? ['s', 1_000];
  return `${Math.round(ms / length)} ${unit}`;
}
