import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A page of the documentation. */
export interface Page {
  /** Relative to the repository's root, e.g. `docs/emitting.md`. */
  readonly file: string;
  readonly text: string;
}

/** A fenced block of code. */
export interface CodeBlock {
  /** File and line, in the form that editors open: `docs/emitting.md:12`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

/** A table's row: the text of its cells. */
export type Row = readonly string[];

const FENCE = /^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const HEADING = /^#{1,6} (.+)$/gm;

/** All pages of the documentation. */
export function readPages(): Page[] {
  const files = ['', 'docs/', 'docs/design/', 'test/', 'bench/', 'sample-app/'].flatMap((folder) =>
    readdirSync(folder || '.').map((file) => folder + file),
  );
  return files.filter((file) => file.endsWith('.md')).map(readPage);
}

export function readPage(file: string): Page {
  return { file, text: readFileSync(file, 'utf8') };
}

export function codeBlocksOf({ file, text }: Page): CodeBlock[] {
  return [...text.matchAll(FENCE)].map((match) => ({
    place: `${file}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1]!,
    code: match[2]!,
  }));
}

/** The file that a block of code is, if its first line says so: `// src/main.ts`. */
export const fileOf = (code: string): string | undefined => /^\/\/ (\S+\.m?[jt]s)\n/.exec(code)?.[1];

/** The rows of all tables of a page or a part of one, without the header rows. */
export function rowsOf(text: string): Row[] {
  const lines = text.split('\n');
  const isRow = (line = ''): boolean => line.startsWith('|');
  const isRule = (line = ''): boolean => /^\|[-| :]+\|$/.test(line);
  return lines
    .filter((line, index) => isRow(line) && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The text between the first pair of backticks. */
export const codeIn = (cell: string): string | undefined => /`([^`]+)`/.exec(cell)?.[1];

/** The links of a page that lead nowhere: to a file that is not there, or to a heading that its page does not have. */
export function deadLinksOf({ file, text }: Page): string[] {
  const links = [...text.replace(FENCE, '').matchAll(LINK)].map((match) => match[1]!);
  return links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(file, link));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [target, anchor] = link.split('#') as [string, string?];
  const file = target === '' ? from : path.join(path.dirname(from), target);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchorsOf(readPage(file)).has(anchor);
}

/** The anchors that GitHub creates for the headings of a page. */
function anchorsOf({ text }: Page): Set<string> {
  const headings = [...text.replace(FENCE, '').matchAll(HEADING)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
