import { assertConfirmed, YES_OPTION } from '../app/tenant.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS, resolveAddress } from '../config/resolve-address.js';

/** Assigns the database to an environment, as `adoptEnvironment` does. */
export const adoptEnvironmentCommand: Command = {
  name: 'adopt-environment',
  summary: 'Assign the database to an environment',
  description:
    'Assigns the database to an environment, even if it belongs to another one. Processes of the given environment then send\n' +
    'everything that is pending in the database. In a copy of production, disable the transports first.',
  arguments: [{ name: 'NAME', description: 'Name of the environment, as in the option environment' }],
  options: { ...DATABASE_OPTIONS, ...YES_OPTION },
  async run(values, context, [name]) {
    assertConfirmed(
      values,
      `makes processes of the environment "${name}" send what is pending in this database`,
    );
    const { url, schema } = await resolveAddress(values, context);
    const { adoptEnvironment } = await import('../../index.js');
    await adoptEnvironment({ url, schema }, name!);
    context.print(
      values.json
        ? `${JSON.stringify({ environment: name })}\n`
        : `The database belongs to the environment "${name}" now.\n`,
    );
  },
};
