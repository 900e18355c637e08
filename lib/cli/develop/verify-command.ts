import { UsageError } from '../cli-errors.js';
import type { Command, OptionValues } from '../command.js';
import { parseRequest } from './parse-request.js';

/** Option of commands that verify signatures. A secret in an argument is visible to other users of the machine. */
export const SECRET_OPTION = {
  secret: { value: 'SECRET', description: 'Signing secret. Default: environment variable TILLHOOK_SECRET' },
};

/** @returns undefined if no secret is given */
export const secretOf = (
  { secret }: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined => (secret as string | undefined) ?? (env.TILLHOOK_SECRET || undefined);

/** Verifies the signature of a request from the standard input. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Verify the signature of a request from the standard input',
  description:
    'Reads an HTTP request from the standard input (headers, an empty line, the body byte for byte) and verifies its\n' +
    'signature according to Standard Webhooks. Exit code 1: the signature is not valid; the message says why.',
  options: {
    ...SECRET_OPTION,
    'ignore-time': { description: 'Accept a timestamp of any age, for a request that was saved earlier' },
  },
  async run(values, context) {
    const secret = secretOf(values, context.env);
    if (secret === undefined)
      throw new UsageError('Signing secret missing: give --secret or set TILLHOOK_SECRET.');
    const request = parseRequest(await context.readInput());
    const { WebhookVerifier } = await import('../../receiver/webhook-verifier.js');
    const verifier = new WebhookVerifier({ scheme: 'standard-webhooks' });
    const signedAt = Number(request.headers['webhook-timestamp']) * 1_000;
    const now = values['ignore-time'] && Number.isFinite(signedAt) ? signedAt : Date.now();
    const { id } = verifier.verify(request, secret, now);
    const at = new Date(signedAt).toISOString();
    context.print(
      values.json
        ? `${JSON.stringify({ valid: true, id, signedAt: at })}\n`
        : `Signature valid: webhook-id ${id}, signed at ${at}.\n`,
    );
  },
};
