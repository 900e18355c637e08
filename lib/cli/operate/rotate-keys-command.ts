import { ConfigError } from '../cli-errors.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS, resolveAddress } from '../config/resolve-address.js';

/** Re-encrypts stored secrets with the first key, as `rotateEncryptionKeys` does. */
export const rotateKeysCommand: Command = {
  name: 'rotate-keys',
  summary: 'Re-encrypt stored secrets with the first encryption key',
  description:
    'Re-encrypts every stored secret with the first of the keys in webhooks.encryption.keys of the configuration file. It\n' +
    'may be interrupted and run again. Deploy every process with both keys first.',
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
    const result = await rotateEncryptionKeys(
      { url, schema },
      {
        keys,
        signal: context.interrupted,
        onProgress: ({ reencrypted, total }) =>
          context.printError(`Re-encrypted ${reencrypted} of ${total} transports.\n`),
      },
    );
    if (values.json) return context.print(`${JSON.stringify(result)}\n`);
    context.print(
      `${context.interrupted.aborted ? 'Interrupted. ' : ''}Re-encrypted ${result.reencrypted} transports.\n`,
    );
    for (const { tenantUid, httpTransportUid } of result.unreadable)
      context.print(
        `Unreadable: transport ${httpTransportUid} of tenant ${tenantUid}. Set its secrets again.\n`,
      );
  },
};
