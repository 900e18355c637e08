import { setTimeout as after } from 'node:timers/promises';
import type { WebhooksHealthReport } from '../../index.js';
import type { BoundedCount } from '../../persistence/ports/backlog-store.js';
import { withModule } from '../app/with-module.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { facts, shortDuration } from '../output/table.js';

/** Time between two reports with `--watch`, in ms. */
const WATCH_MS = 2_000;

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
        const report = await get(WebhooksHealth).check();
        context.print(values.json ? `${JSON.stringify(report)}\n` : textOf(report));
        if (!values.watch) return;
        await after(WATCH_MS, undefined, { signal: context.interrupted }).catch(() => undefined);
        if (context.interrupted.aborted) return;
        if (!values.json) context.print('\n');
      }
    });
  },
};

function textOf({ status, queue, database, environment, worker, reasons }: WebhooksHealthReport): string {
  return (
    facts([
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
      ['Longest without a worker', queue && shortDuration(queue.unclaimedMs)],
    ]) + reasons.map(({ code, message }) => `\n${code}: ${message}\n`).join('')
  );
}

const countOf = ({ value, isAtLeast }: BoundedCount): string => `${value}${isAtLeast ? ' or more' : ''}`;
