// Lists what `npm run test:coverage` has not reached, by file and function: `node scripts/coverage-gaps.mjs [file…]`.
// Names do not change with each edit, as line numbers do, so test/coverage.md can refer to them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const REPORT = 'reports/coverage/coverage-final.json';
/** Characters of a line that are shown. */
const SHOWN = 110;

/** The functions and blocks of a file that no test has reached; blocks of such functions are left out. */
function gapsOf({ path: file, f, fnMap, b, branchMap }) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
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
 * Whether the compiler has written the code: types of parameters, properties and results, for decorators. A file that contains types only is one
 * function that never runs.
 */
const isGenerated = ({ kind, name, line, text }) =>
  kind === 'function' ? name === '(module)' && line === 1 : /^([,;]|\) \{|<.*)?$/.test(text);

const contains = (outer, { start, end }) => !isBefore(start, outer.start) && !isBefore(outer.end, end);

const isBefore = (one, other) =>
  one.line < other.line || (one.line === other.line && one.column < other.column);

/** The qualified name of the function around a place, and the text of its first line. */
function describe(source, { start, end }) {
  const [from, to] = [start, end].map(({ line, column }) => positionOf(source, line, column));
  const names = [];
  const visit = (node) => {
    if (node.getStart() > from || node.getEnd() < to) return;
    const name = nameOf(node);
    if (name !== undefined) names.push(name);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  const [text] = source.text.slice(from, to).trim().split('\n');
  return { name: names.join('.') || '(module)', text: text.slice(0, SHOWN) };
}

function positionOf(source, line, column) {
  const starts = source.getLineStarts();
  return Math.min((starts[line - 1] ?? source.end) + column, source.end);
}

function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const isNamed =
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isPropertyDeclaration(node) ||
    (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer));
  return isNamed ? node.name?.getText() : undefined;
}

const wanted = process.argv.slice(2);
const report = JSON.parse(readFileSync(REPORT, 'utf8'));
let count = 0;
for (const entry of Object.values(report)) {
  const file = path.relative('.', entry.path);
  if (wanted.length > 0 && !wanted.some((name) => file.startsWith(name))) continue;
  const gaps = gapsOf({ ...entry, path: file });
  if (gaps.length === 0) continue;
  count += gaps.length;
  console.log(file);
  for (const { kind, line, name, text } of gaps) console.log(`  ${kind} ${name} (line ${line}): ${text}`);
}
console.log(`\n${count} functions and blocks are not reached.`);
