import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours only on a terminal: a pipe or a file gets plain text. */
const styled = (style: Style, text: string): string =>
  process.stdout.isTTY && process.env.NO_COLOR === undefined ? styleText(style, text) : text;

/** Prints the demo as a story: chapters, what we do, what the receiver sees, what it means. */
export const story = {
  title: (text: string): void => console.log(`\n${styled('bold', text)}`),
  chapter: (number: number, text: string): void => console.log(`\n${styled('bold', `${number}. ${text}`)}`),
  /** Something the demo does. */
  does: (what: string, meaning: string): void =>
    console.log(`   ${what.padEnd(44)} ${styled('dim', meaning)}`),
  /** Something that arrived at the receiver. */
  sees: (what: string, meaning: string, good = true): void =>
    console.log(`   ${styled(good ? 'green' : 'yellow', `◀ ${what.padEnd(42)}`)} ${meaning}`),
  /** The conclusion. */
  means: (text: string): void => console.log(`   ${styled('cyan', text)}`),
  lines: (text: string): void => console.log(text.replace(/^/gm, '   ')),
  fails: (text: string): void => console.error(`\n${styled('red', 'The demo failed.')} ${text}`),
};

/** Columns as wide as their widest cell, with a rule under the header. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
