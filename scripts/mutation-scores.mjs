// Prints the scores of the last mutation tests and the mutants that survived: `node scripts/mutation-scores.mjs [--write]`.
// `--write` updates test/mutation/survivors.md. Survivors keep the reason that the page gives; new ones come below "No reason yet.".
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import prettier from 'prettier';
import { PIECES } from '../test/mutation/pieces.mjs';
import { scoreOf, survivorsOf } from '../test/mutation/report.mjs';
import { listOf, NO_REASON, reasonsOf } from '../test/mutation/survivor-list.mjs';

const PAGE = 'test/mutation/survivors.md';
/** The part of the page from this heading on is generated. */
const GENERATED = '## Scores';

const reports = Object.keys(PIECES)
  .map((piece) => ({ piece, path: `reports/mutation/${piece}.json` }))
  .filter(({ path }) => existsSync(path))
  .map(({ piece, path }) => ({ piece, files: filesOf(path) }));

const page = readFileSync(PAGE, 'utf8');
const start = page.indexOf(GENERATED);
const survivors = reports
  .flatMap(({ files }) => files)
  .map(([name, file]) => [name, survivorsOf(name, file)])
  .filter(([, texts]) => texts.length > 0);
const generated = [
  GENERATED,
  tableOf('piece', [
    ...reports.map(({ piece, files }) => [piece, files.map(([, file]) => file)]),
    ['all', reports.flatMap(({ files }) => files.map(([, file]) => file))],
  ]),
  ...reports.map(({ files }) =>
    tableOf(
      'file',
      files.map(([name, file]) => [name, [file]]),
    ),
  ),
  '## Survivors',
  listOf(survivors, reasonsOf(page.slice(start))),
].join('\n\n');
const options = await prettier.resolveConfig(PAGE);
const text = await prettier.format(page.slice(0, start) + generated, { ...options, parser: 'markdown' });

if (process.argv.includes('--write')) writeFileSync(PAGE, text);
else console.log(text.slice(text.indexOf(GENERATED)));
if (text.includes(NO_REASON))
  console.error(`Some survivors have no reason. Search ${PAGE} for "${NO_REASON}".`);

/** The files of a report that have mutants, by name. */
function filesOf(path) {
  const { files } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(files)
    .filter(([, file]) => scoreOf([file]).total > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

function tableOf(heading, rows) {
  return [
    `| ${heading} | mutants | detected | of these time-outs | survived | errors | score |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(([name, files]) => {
      const { total, detected, timeOuts, survived, errors, score } = scoreOf(files);
      return `| \`${name}\` | ${[total, detected, timeOuts, survived, errors, score].join(' | ')} |`;
    }),
  ].join('\n');
}
