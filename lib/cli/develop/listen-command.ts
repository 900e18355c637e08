import { once } from 'node:events';
import { WebhookVerificationError } from '../../errors/receiver.errors.js';
import type { WebhookVerifier } from '../../receiver/webhook-verifier.js';
import { CliError, UsageError } from '../cli-errors.js';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { LocalReceiver, type LocalRequest, type LocalResponse } from './local-receiver.js';
import { SECRET_OPTION, secretOf } from './verify-command.js';

const DEFAULT_PORT = 4400;
/** Time limit for the response of the target of `--forward-to`. */
const FORWARD_LIMIT_MS = 30_000;
/** Headers that belong to one connection, and those that `fetch` sets itself. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
  'expect',
]);

/** Receives webhooks on this machine, prints them, and can forward them. */
export const listenCommand: Command = {
  name: 'listen',
  summary: 'Receive webhooks on this machine, verify, print and forward them',
  description:
    'Starts a receiver on 127.0.0.1. It prints each request with the result of its verification, and responds with 204, or\n' +
    'with the status of --forward-to. If you give a secret, requests that are not signed with this secret get a 401.\n' +
    'The sending application needs egress: { allowCidrs: ["127.0.0.1/32:PORT"], allowHttp: true } to reach it.',
  options: {
    ...SECRET_OPTION,
    port: {
      value: 'PORT',
      short: 'p',
      description: `Port to listen on; 0: any free port. Default: ${DEFAULT_PORT}`,
    },
    'forward-to': {
      value: 'URL',
      description:
        'Send each request to this URL as well, unless this command refuses it with 401, and respond with the status of the URL. ' +
        'If the URL does not respond within 30 s, the status is 502',
    },
    'print-body': { description: 'Print the whole body of each request' },
  },
  async run(values, context) {
    const { WebhookVerifier } = await import('../../receiver/webhook-verifier.js');
    const secret = secretOf(values, context.env);
    const verifier = new WebhookVerifier({ scheme: 'standard-webhooks' });
    if (secret !== undefined) verifier.checkSecret(secret);
    const forwardTo = forwardUrlOf(values);
    const port = portOf(values);
    const receiver = await LocalReceiver.start(port, (request) =>
      receive(request, { verifier, secret, forwardTo, values, context }),
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new CliError(
        'PORT_IN_USE',
        `Port ${port} of 127.0.0.1 is in use. Stop the process that uses it, or choose another one with --port.`,
        { cause: error },
      );
    });
    context.printError(`Listening on ${receiver.url}. Press Ctrl+C to stop.\n`);
    if (!context.interrupted.aborted) await once(context.interrupted, 'abort');
    await receiver.close();
  },
};

interface Setup {
  readonly verifier: WebhookVerifier;
  readonly secret: string | undefined;
  readonly forwardTo: URL | undefined;
  readonly values: OptionValues;
  readonly context: CommandContext;
}

async function receive(request: LocalRequest, setup: Setup): Promise<LocalResponse> {
  const { forwardTo, values, context } = setup;
  const signature = verdictOf(request, setup);
  const isRefused = signature !== 'valid' && signature !== 'not verified';
  const status = isRefused ? 401 : forwardTo ? await forward(request, forwardTo) : 204;
  const { headers, body } = request;
  const facts = {
    receivedAt: new Date().toISOString(),
    id: headers['webhook-id'] ?? null,
    action: headers['x-webhook-action'] ?? null,
    attempt: headers['x-webhook-attempt'] ?? null,
    signature,
    status,
    bytes: body.length,
  };
  if (values.json) context.print(`${JSON.stringify({ ...facts, body: body.toString('utf8') })}\n`);
  else {
    const { receivedAt, id, action, attempt, bytes } = facts;
    const parts = [
      receivedAt,
      action,
      id,
      `attempt ${String(attempt ?? '-')}`,
      `${bytes} bytes`,
      `signature ${signature}`,
    ];
    context.print(`${parts.map((part) => printable(String(part ?? '-'))).join('  ')}  -> ${status}\n`);
    if (values['print-body']) context.print(`${printable(body.toString('utf8'))}\n`);
  }
  return { status };
}

function verdictOf({ headers, body }: LocalRequest, { verifier, secret }: Setup): string {
  if (secret === undefined) return 'not verified';
  try {
    verifier.verify({ headers, body }, secret);
    return 'valid';
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code;
    throw error;
  }
}

/** @returns the status of the target; 502: it cannot be reached, or does not respond in time */
async function forward({ method, headers, body }: LocalRequest, target: URL): Promise<number> {
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || NOT_FORWARDED.has(name) ? [] : [[name, String(value)]],
  );
  try {
    const response = await fetch(target, {
      method,
      headers: passed,
      body: method === 'GET' || method === 'HEAD' ? undefined : new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(FORWARD_LIMIT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 502;
  }
}

function portOf({ port }: OptionValues): number {
  if (port === undefined) return DEFAULT_PORT;
  const value = Number(port);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new UsageError(`Option "--port" is "${port}". Use a port from 0 to 65535.`);
}

function forwardUrlOf(values: OptionValues): URL | undefined {
  const given = values['forward-to'] as string | undefined;
  if (given === undefined) return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError(`Option "--forward-to" is "${given}". Use a URL like http://localhost:3000/hooks.`);
}

/** A text without control characters, which would change the terminal. Tabs and line feeds stay. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
