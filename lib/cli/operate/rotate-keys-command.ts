import type { RotationResult } from '../../index.js';
import { actorOf } from '../app/actor.js';
import { ConfigError, InterruptedError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { DATABASE_OPTIONS, resolveAddress } from '../config/resolve-address.js';
import { countText, Progress } from '../output/progress.js';

/** Re-encrypts stored secrets with the first key, as `rotateEncryptionKeys` does. */
export const rotateKeysCommand: Command = {
  name: 'rotate-keys',
  summary: 'Re-encrypt stored secrets with the first encryption key',
  description:
    'Re-encrypts every stored secret with the first of the keys in webhooks.encryption.keys of the configuration file. It\n' +
    'may be interrupted and run again. First deploy every process with the new key and the old ones.',
  options: { ...DATABASE_OPTIONS },
  async run(values, context) {
    const { url, schema, webhooks } = await resolveAddress(values, context);
    const keys = webhooks.encryption?.keys ?? [];
    if (keys.length === 0) {
      throw new ConfigError(
        'Encryption keys missing: set webhooks.encryption.keys in the configuration file, the new key first and then the others.',
      );
    }
    const { rotateEncryptionKeys } = await import('../../index.js');
    const progress = new Progress(context, !values.json);
    const result = await rotateEncryptionKeys(
      { url, schema },
      {
        keys,
        actor: actorOf(context.env),
        signal: context.interrupted,
        onProgress: ({ reencrypted, total }) =>
          progress.show({ text: 'Re-encrypted transports', done: reencrypted, total }),
      },
    ).finally(() => progress.end());
    print(result, values, context);
    // If the operator removed the old key now, the secrets that it still encrypts would be lost.
    const { reencrypted, total, unreadable } = result;
    if (context.interrupted.aborted && reencrypted + unreadable.length < total)
      throw new InterruptedError('Keep the old keys, and run the command again to continue.');
  },
};

function print(result: RotationResult, { json }: OptionValues, context: CommandContext): void {
  if (json) return context.print(`${JSON.stringify(result)}\n`);
  context.print(`Re-encrypted ${countText(result.reencrypted)} transports.\n`);
  for (const { tenantUid, httpTransportUid } of result.unreadable)
    context.print(
      `Unreadable: transport ${httpTransportUid} of tenant ${tenantUid}. Set its secrets again.\n`,
    );
}
