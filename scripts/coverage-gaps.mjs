// Lists what `npm run test:coverage` has not reached, by file and function: `node scripts/coverage-gaps.mjs [file…]`.
// Names do not change with each edit, as line numbers do, so test/coverage.md can refer to them. `--check` compares that page with the
// report, and fails if a gap is not named there, or a name is no gap any more.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { functionAround, parseSource, positionOf } from './function-names.mjs';

const REPORT = 'reports/coverage/coverage-final.json';
const PAGE = 'test/coverage.md';
/** Characters of a line that are shown. */
const SHOWN = 110;

/** The functions and blocks of a file that no test has reached; blocks of such functions are left out. */
function gapsOf({ path: file, f, fnMap, b, branchMap }) {
  const source = parseSource(file, readFileSync(file, 'utf8'));
  const functions = Object.keys(f)
    .filter((id) => f[id] === 0)
    .map((id) => fnMap[id].loc);
  const blocks = Object.keys(b)
    .flatMap((id) => b[id].map((count, index) => ({ count, loc: branchMap[id].locations[index] })))
    .filter(({ count, loc }) => count === 0 && !functions.some((outer) => contains(outer, loc)))
    .map(({ loc }) => loc);
  return [
    ...functions.map((loc) => ({ kind: 'function', loc })),
    ...blocks.map((loc) => ({ kind: 'block', loc })),
  ]
    .sort((one, other) => one.loc.start.line - other.loc.start.line)
    .map(({ kind, loc }) => ({ kind, line: loc.start.line, ...describe(source, loc) }))
    .filter((gap) => !isGenerated(gap));
}

/**
 * Whether a gap contains no code that could run:
 * - For decorators, the compiler adds the types of parameters, properties and results.
 * - A file that contains types only is one function that never runs.
 * - V8 reports the end of a loop that only a `return` leaves, and a `finally` that has run.
 */
const isGenerated = ({ kind, name, line, text, isBody }) =>
  kind === 'function'
    ? name === '(module)' && line === 1
    : isBody || /^([,;}]|\) \{|<.*|finally \{)?$/.test(text);

const contains = (outer, { start, end }) => !isBefore(start, outer.start) && !isBefore(outer.end, end);

const isBefore = (one, other) =>
  one.line < other.line || (one.line === other.line && one.column < other.column);

/** The qualified name of the function around a place, the text of its first line, and whether it begins with the body of a function. */
function describe(source, { start, end }) {
  const [from, to] = [start, end].map(({ line, column }) => positionOf(source, line, column));
  let isBody = false;
  const isAt = (position) => position >= from && source.text.slice(from, position).trim() === '';
  const visit = (node) => {
    isBody ||= ts.isBlock(node) && ts.isMethodDeclaration(node.parent) && isAt(node.getStart());
    if (node.getStart() > from || node.getEnd() < to) return;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  const [text] = source.text.slice(from, to).trim().split('\n');
  return { name: functionAround(source, from, to), text: text.slice(0, SHOWN), isBody };
}

/** The names on the page, as `file: name`. A line has a file below `lib`, a colon, the names, and after a dash anything else. */
function namesOnPage() {
  const lines = readFileSync(PAGE, 'utf8').matchAll(/^- `([^`]+\.ts)`: (.*)$/gm);
  return [...lines].flatMap(([, file, rest]) =>
    [...rest.split(' — ', 1)[0].matchAll(/`([^`]+)`/g)].map(([, name]) => `lib/${file}: ${name}`),
  );
}

function print(gaps) {
  for (const [file, ofFile] of grouped(gaps)) {
    console.log(file);
    for (const { kind, line, name, text } of ofFile) console.log(`  ${kind} ${name} (line ${line}): ${text}`);
  }
  console.log(`\n${gaps.length} functions and blocks are not reached.`);
}

const grouped = (gaps) => {
  const groups = new Map();
  for (const gap of gaps) groups.set(gap.file, [...(groups.get(gap.file) ?? []), gap]);
  return groups;
};

/** @returns whether the page names every gap and nothing else */
function check(gaps) {
  const found = new Set(gaps.map(({ file, name }) => `${file}: ${name}`));
  const named = new Set(namesOnPage());
  const unnamed = [...found].filter((gap) => !named.has(gap));
  const outdated = [...named].filter((name) => !found.has(name));
  for (const gap of unnamed) console.log(`Not named in ${PAGE}: ${gap}`);
  for (const name of outdated) console.log(`Named in ${PAGE}, but no gap any more: ${name}`);
  console.log(
    `${found.size} functions have gaps: ${unnamed.length} are not named, ${outdated.length} names are no gaps.`,
  );
  return unnamed.length + outdated.length === 0;
}

const args = process.argv.slice(2);
const wanted = args.filter((arg) => arg !== '--check');
const gaps = Object.values(JSON.parse(readFileSync(REPORT, 'utf8')))
  .map((entry) => ({ ...entry, path: path.relative('.', entry.path) }))
  // Files of the portal are generated, and files may have been deleted since the report was written.
  .filter(
    ({ path: file }) =>
      existsSync(file) && (wanted.length === 0 || wanted.some((name) => file.startsWith(name))),
  )
  .flatMap((entry) => gapsOf(entry).map((gap) => ({ file: entry.path, ...gap })));
if (!args.includes('--check')) print(gaps);
else if (!check(gaps)) process.exitCode = 1;
