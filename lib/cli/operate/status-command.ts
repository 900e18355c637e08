import { setTimeout as after } from 'node:timers/promises';
import type { WebhooksHealthReport } from '../../index.js';
import type { BoundedCount } from '../../persistence/ports/backlog-store.js';
import { withModule } from '../app/with-module.js';
import type { Command, CommandContext } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { facts, shortDuration, shortInstant } from '../output/table.js';

/** Time between two reports with `--watch`, in ms. */
const WATCH_MS = 2_000;
/** Control sequences that clear the screen and move the cursor to its start. */
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** Shows the state of the queue and the health of the database. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Show the queue and what is wrong with it',
  description:
    'Shows events that are not fanned out yet, due deliveries and their age, and reasons to look closer. It describes the\n' +
    'database, not a process: workers report their own state through WebhooksHealth.',
  options: {
    ...DATABASE_OPTIONS,
    watch: { short: 'w', description: 'Repeat every 2 seconds until interrupted' },
  },
  async run(values, context) {
    await withModule(values, context, async (get) => {
      const { WebhooksHealth } = await import('../../index.js');
      for (;;) {
        const report = withoutOwnEnvironment(await get(WebhooksHealth).check());
        if (values.json) context.print(`${JSON.stringify(report)}\n`);
        else if (values.watch) context.print(watchText(report, context));
        else context.print(textOf(report));
        if (!values.watch) return;
        await after(WATCH_MS, undefined, { signal: context.interrupted }).catch(() => undefined);
        if (context.interrupted.aborted) return;
      }
    });
  },
};

/**
 * The report without the reason `ENVIRONMENT_MISMATCH` if the configuration of the command sets no environment: the command
 * then does not know whether the workers run in the environment of the database.
 */
function withoutOwnEnvironment(report: WebhooksHealthReport): WebhooksHealthReport {
  if (report.environment.own !== null) return report;
  const reasons = report.reasons.filter(({ code }) => code !== 'ENVIRONMENT_MISMATCH');
  return { ...report, reasons, status: reasons.length === 0 ? 'ok' : report.status };
}

/** A report with its time: on a terminal in the place of the one before, elsewhere below it. */
function watchText(report: WebhooksHealthReport, { isTerminal }: CommandContext): string {
  const time = shortInstant(new Date().toISOString());
  return `${isTerminal.results ? CLEAR_SCREEN : ''}${textOf(report, ['Time', time])}\n`;
}

function textOf(
  { status, queue, database, environment, worker, reasons }: WebhooksHealthReport,
  ...before: Parameters<typeof facts>[0]
): string {
  return (
    facts([
      ...before,
      ['Status', status],
      [
        'Deliveries',
        worker.heldBy.includes('STOPPED_BY_OPERATOR') ? 'stopped by an operator' : 'not stopped',
      ],
      ['Environment', environment.database],
      ['Clock offset', `${database.clockOffsetMs} ms`],
      ['Events to fan out', queue && countOf(queue.events)],
      ['Oldest event', queue && shortDuration(queue.oldestEventMs)],
      ['Due deliveries', queue && countOf(queue.due)],
      ['Oldest due delivery', queue && shortDuration(queue.oldestDueMs)],
      ['Longest wait for a worker', queue && shortDuration(queue.unclaimedMs)],
    ]) + reasons.map(({ code, message }) => `\n${code}: ${message}\n`).join('')
  );
}

const countOf = ({ value, isAtLeast }: BoundedCount): string => `${value}${isAtLeast ? ' or more' : ''}`;
