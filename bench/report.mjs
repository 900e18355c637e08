// Turns the figures of a run into a Markdown table and a file for machines.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** The properties of the machine on which the figures depend. */
export function machine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The report as Markdown, which is also readable in a terminal. */
export function toMarkdown({
  date,
  machine: { cpu, memoryGiB, node, platform },
  sink,
  bodyBytes,
  size,
  results,
  measures,
}) {
  return [
    '# Benchmark',
    '',
    `${date} · ${cpu}, ${memoryGiB} GiB, ${platform} · Node ${node} · sink: ${sink}, in a process of its own · ${bodyBytes} byte bodies`,
    '',
    ...table(
      ['database', 'contestant', 'events', 'seconds', 'events/s', 'x bare'],
      results.map(({ database, contestant, count, seconds, perSecond, ratioToBare }) => [
        database,
        contestant,
        String(count),
        seconds.toFixed(2),
        perSecond.toFixed(0),
        ratioToBare?.toFixed(3) ?? '-',
      ]),
    ),
    ...(measures.length > 0 && size !== 1 ? [`Sizes of the scenarios: x ${size}.`, ''] : []),
    ...table(
      ['database', 'measure', 'note', 'value', 'bound', 'kept'],
      measures.map(({ database, measure, value, unit, atLeast, atMost, note = '' }) => [
        database,
        measure,
        note,
        `${digits(value)} ${unit}`.trim(),
        boundOf(atLeast, atMost, unit),
        atLeast === undefined && atMost === undefined ? '' : isKept(value, atLeast, atMost) ? 'yes' : 'NO',
      ]),
    ),
  ].join('\n');
}

/** The first columns contain words and are aligned to the left, the others to the right. */
function table(titles, rows) {
  if (rows.length === 0) return [];
  const isWords = (column) => column < (titles.includes('note') ? 3 : 2);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column].length)),
  );
  const line = (cells) =>
    `| ${cells.map((cell, column) => pad(cell, widths[column], !isWords(column))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    isWords(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(titles), `| ${rule.join(' | ')} |`, ...rows.map(line), ''];
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const isKept = (value, atLeast = -Infinity, atMost = Infinity) => value >= atLeast && value <= atMost;

function boundOf(atLeast, atMost, unit) {
  if (atLeast !== undefined) return `≥ ${digits(atLeast)} ${unit}`.trim();
  return atMost === undefined ? '' : `≤ ${digits(atMost)} ${unit}`.trim();
}

const pad = (text, width, right) => (right ? text.padStart(width) : text.padEnd(width));

/** Writes `<name>.json` and `<name>.md` to bench/results/. @returns their path */
export function save(report, name) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(FOLDER, `${name}.md`), toMarkdown(report));
  return path.relative(process.cwd(), path.join(FOLDER, `${name}.{json,md}`));
}
