import { actorOf } from '../app/actor.js';
import { assertConfirmed, YES_OPTION } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';

/** Stops the deliveries of all tenants in all processes. */
const stopAllCommand: Command = {
  name: 'stop-all',
  summary: 'Stop the deliveries of all tenants in all processes',
  description:
    'Stops all deliveries, in every process that uses the database, within a second. Events are accepted, and their\n' +
    'deliveries are queued until resume-all, even if processes restart. To stop a single HTTP transport, use pause.',
  options: {
    ...DATABASE_OPTIONS,
    reason: { value: 'TEXT', description: 'Shown in health, in the log and in the audit. Default: none' },
    ...YES_OPTION,
  },
  async run(values, context) {
    assertConfirmed(values, 'stops the deliveries of all tenants in all processes');
    const { reason } = values;
    const state = await withModule(values, context, async (get) => {
      const { WebhookOperations } = await import('../../index.js');
      const options = typeof reason === 'string' ? { reason } : {};
      return get(WebhookOperations).stop(options, { actor: actorOf(context.env) });
    });
    context.print(
      values.json
        ? `${JSON.stringify(state)}\n`
        : `All deliveries have been stopped since ${state.stop?.stoppedAt ?? 'an unknown time'}. Resume them with "tillhook resume-all".\n`,
    );
  },
};

/** Ends the stop. */
const resumeAllCommand: Command = {
  name: 'resume-all',
  summary: 'Resume the deliveries that stop-all has stopped',
  description:
    'Ends the stop of all deliveries. Everything that was queued meanwhile is sent. HTTP transports that are paused or\n' +
    'disabled stay as they are.',
  options: { ...DATABASE_OPTIONS },
  async run(values, context) {
    const state = await withModule(values, context, async (get) => {
      const { WebhookOperations } = await import('../../index.js');
      return get(WebhookOperations).resume({ actor: actorOf(context.env) });
    });
    context.print(values.json ? `${JSON.stringify(state)}\n` : 'Deliveries are not stopped any more.\n');
  },
};

/** The commands of the global stop. */
export const stopCommands: readonly Command[] = [stopAllCommand, resumeAllCommand];
