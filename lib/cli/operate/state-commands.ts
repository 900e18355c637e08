import type { ChangedBy, HttpTransport, HttpTransports } from '../../index.js';
import { actorOf } from '../app/actor.js';
import { assertConfirmed, TENANT_OPTION, tenantOf, YES_OPTION } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import type { Command, CommandOption, OptionValues } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';

interface StateCommand {
  readonly name: 'pause' | 'resume' | 'disable' | 'enable';
  readonly summary: string;
  readonly description: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** Effect of the command, completing the sentence "This …"; undefined: the command needs no confirmation. */
  readonly effect?: string;
  run(
    transports: HttpTransports,
    path: readonly [tenant: string, uid: string],
    values: OptionValues,
    by: ChangedBy,
  ): Promise<HttpTransport>;
}

const STATE_COMMANDS: readonly StateCommand[] = [
  {
    name: 'pause',
    summary: 'Pause an HTTP transport',
    description: 'Pauses an HTTP transport. Its deliveries wait in the queue until it is resumed.',
    run: (transports, path, _values, by) => transports.pause(...path, by),
  },
  {
    name: 'resume',
    summary: 'Resume a paused HTTP transport',
    description: 'Resumes a paused HTTP transport. Its queued deliveries are sent.',
    run: (transports, path, _values, by) => transports.resume(...path, by),
  },
  {
    name: 'disable',
    summary: 'Disable an HTTP transport',
    description: 'Disables an HTTP transport. New deliveries to it are recorded as MISSED and are not sent.',
    options: {
      reason: {
        value: 'TEXT',
        description:
          'Shown as disabledReason. Default: ADMIN, or the present reason if the transport is already disabled',
      },
      ...YES_OPTION,
    },
    effect: 'records new deliveries to the transport as MISSED',
    run: (transports, path, { reason }, by) =>
      transports.disable(...path, { reason: reason as string | undefined }, by),
  },
  {
    name: 'enable',
    summary: 'Enable a disabled HTTP transport',
    description:
      'Enables a disabled HTTP transport. Its pending deliveries are sent, and past failures no longer count.',
    options: {
      recover: {
        description:
          'Also start a recovery of what failed or was missed since the failures began; without failures, since the transport was disabled',
      },
    },
    run: (transports, path, { recover }, by) => transports.enable(...path, { recover: recover === true }, by),
  },
];

/** The commands that change the state of an HTTP transport. */
export const stateCommands: readonly Command[] = STATE_COMMANDS.map(
  ({ name, summary, description, options = {}, effect, run }): Command => ({
    name,
    summary,
    description,
    arguments: [{ name: 'TRANSPORT', description: 'Uid of the HTTP transport' }],
    options: { ...DATABASE_OPTIONS, ...TENANT_OPTION, ...options },
    async run(values, context, [uid]) {
      const tenant = tenantOf(values);
      if (effect !== undefined) assertConfirmed(values, effect);
      const transport = await withModule(values, context, async (get) => {
        const { HttpTransports } = await import('../../index.js');
        return run(get(HttpTransports), [tenant, uid!], values, { actor: actorOf(context.env) });
      });
      context.print(
        values.json
          ? `${JSON.stringify(transport)}\n`
          : `Transport ${transport.httpTransportUid} is ${transport.state}.\n`,
      );
    },
  }),
);
