// What a report of Stryker says about a file: its score, and the mutants that survive. Pure; `scripts/mutation-scores.mjs` reads and writes.
import { functionAround, parseSource, positionOf } from '../../scripts/function-names.mjs';

/** Characters of a changed text that are shown. */
const SHOWN = 60;
const DETECTED = new Set(['Killed', 'Timeout']);
/** No test has failed, or none runs the code. */
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

/** Numbers of mutants of one or several files, without the ignored ones. As in Stryker, errors do not count for the score. */
export function scoreOf(files) {
  const statuses = files.flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const detected = statuses.filter((status) => DETECTED.has(status)).length;
  const survived = statuses.filter((status) => UNDETECTED.has(status)).length;
  const timeOuts = statuses.filter((status) => status === 'Timeout').length;
  const errors = statuses.filter((status) => status === 'RuntimeError').length;
  const total = detected + survived;
  const score = total === 0 ? '' : `${((100 * detected) / total).toFixed(1)} %`;
  return { total, detected, timeOuts, survived, errors, score };
}

/**
 * The mutants of a file that survive, as `function`: `text` → `changed text`. Mutants with the same text are one entry.
 */
export function survivorsOf(file, { source, mutants }) {
  const tree = parseSource(file, source);
  const counts = new Map();
  for (const { status, replacement, location } of mutants.filter((mutant) => UNDETECTED.has(mutant.status))) {
    // Columns of the report begin with 1.
    const [from, to] = [location.start, location.end].map(({ line, column }) =>
      positionOf(tree, line, column - 1),
    );
    const change = `${code(source.slice(from, to))} → ${code(replacement ?? '')}`;
    const note = status === 'NoCoverage' ? ' (no test runs it)' : '';
    const text = `${code(functionAround(tree, from, to))}: ${change}${note}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} mutants)`));
}

/** A code span of Markdown, on one line. */
function code(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  // Whole words only.
  const shown = line.length > SHOWN ? `${line.slice(0, SHOWN - 1).replace(/\w+$/, '')}…` : line;
  return shown.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}
