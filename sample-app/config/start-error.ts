import { WebhooksError } from 'nestjs-tillhook';
import { DatabaseUnusableError } from '../database/database-unusable.error.js';
import { ConfigError } from './config-error.js';

/** The variable that sets each option, so that an error of the module names the variable to change. */
const VARIABLE_OF_OPTION: Readonly<Record<string, string>> = {
  concurrency: 'WEBHOOKS_CONCURRENCY',
  transportConcurrency: 'WEBHOOKS_TRANSPORT_CONCURRENCY',
  timeoutMs: 'WEBHOOKS_TIMEOUT_MS',
  leaseMs: 'WEBHOOKS_LEASE_MS',
  pollMs: 'WEBHOOKS_POLL_MS',
  retryScheduleMs: 'WEBHOOKS_RETRY_SCHEDULE_MS',
  clientErrors: 'WEBHOOKS_CLIENT_ERRORS',
  'egress.allowCidrs': 'WEBHOOKS_ALLOW_CIDRS',
  'egress.allowHttp': 'WEBHOOKS_ALLOW_HTTP',
  'egress.dnsServers': 'WEBHOOKS_DNS_SERVERS',
  'encryption.keys': 'WEBHOOKS_ENCRYPTION_KEYS',
  environment: 'WEBHOOKS_ENVIRONMENT',
};

/** The message for the operator about an error at start. */
export function describeStartError(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseUnusableError) return error.message;
  if (error instanceof WebhooksError) {
    const variable = variableOf(error);
    return variable === undefined ? error.message : `${variable}: ${error.message}`;
  }
  if (isAddressInUse(error))
    return `PORT=${error.port} is in use by another process. Set PORT to a free one, or 0.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const isAddressInUse = (error: unknown): error is { port: number } =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;

function variableOf(error: WebhooksError): string | undefined {
  const option = 'option' in error ? String(error.option) : '';
  const name = Object.keys(VARIABLE_OF_OPTION).find(
    (known) => option === known || option.startsWith(`${known}[`),
  );
  return name === undefined ? undefined : VARIABLE_OF_OPTION[name];
}
