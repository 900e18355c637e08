// Turns the figures of a run into a Markdown table and a file for machines.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('results', import.meta.url));

/** What a figure depends on besides the code. */
export function machine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The report as Markdown: readable in a terminal, too. */
export function toMarkdown({ date, machine: { cpu, memoryGiB, node, platform }, sink, bodyBytes, results }) {
  const widths = [14, 34, 9, 9, 11, 9];
  const row = (cells) => `| ${cells.map((cell, i) => pad(cell, widths[i], i > 1)).join(' | ')} |`;
  const line = `| ${widths.map((width, i) => (i > 1 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [
    '# Benchmark',
    '',
    `${date} · ${cpu}, ${memoryGiB} GiB, ${platform} · Node ${node} · sink: ${sink}, in a process of its own · ${bodyBytes} byte bodies`,
    '',
    row(['database', 'contestant', 'events', 'seconds', 'events/s', 'x bare']),
    line,
    ...results.map(({ database, contestant, count, seconds, perSecond, ratioToBare }) =>
      row([
        database,
        contestant,
        String(count),
        seconds.toFixed(2),
        perSecond.toFixed(0),
        ratioToBare?.toFixed(3) ?? '-',
      ]),
    ),
    '',
  ].join('\n');
}

const pad = (text, width, right) => (right ? text.padStart(width) : text.padEnd(width));

/** Writes `<name>.json` and `<name>.md` to bench/results/ and returns where. */
export function save(report, name) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(path.join(FOLDER, `${name}.md`), toMarkdown(report));
  return path.relative(process.cwd(), path.join(FOLDER, `${name}.{json,md}`));
}
