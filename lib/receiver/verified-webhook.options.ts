import type { InjectionToken } from '@nestjs/common';
import type { ReceivedHeaders } from './received-request.js';
import { WebhookVerifier, type WebhookVerifierOptions } from './webhook-verifier.js';

/** What a function or provider of secrets may look at to find them. Nothing of it is verified yet. */
export interface UnverifiedWebhook {
  readonly headers: ReceivedHeaders;
  /** The request of Express or Fastify, with its route parameters. */
  readonly request: unknown;
}

/** Secrets with which the sender may have signed. Several while one is rotated; an empty list refuses the request. */
export type SecretsOf = (
  webhook: UnverifiedWebhook,
) => string | readonly string[] | Promise<string | readonly string[]>;

/** A provider of the host that knows the secrets: from its configuration, a vault, a table of accounts. */
export interface WebhookSecretsProvider {
  secretsOf: SecretsOf;
}

/** Where the secrets come from: the secrets themselves, a function, or a provider of the host. */
export type WebhookSecrets = string | readonly string[] | SecretsOf | { useExisting: InjectionToken };

/** Options of `@VerifiedWebhook`. */
export interface VerifiedWebhookOptions extends WebhookVerifierOptions {
  /**
   * Secrets in the form in which the sender shows them. Those that are given here are checked when the class is loaded; if
   * your configuration is loaded later, pass a function.
   */
  readonly secrets: WebhookSecrets;
}

/** Options that were checked. */
export interface ResolvedVerification {
  readonly verifier: WebhookVerifier;
  readonly secrets: readonly string[] | SecretsOf | { useExisting: InjectionToken };
}

/** @throws {InvalidReceiverOptionError} for options that cannot work */
export function resolveVerification({ secrets, ...options }: VerifiedWebhookOptions): ResolvedVerification {
  const verifier = new WebhookVerifier(options);
  if (typeof secrets === 'function') return { verifier, secrets };
  if (isProvider(secrets)) return { verifier, secrets };
  const list = isList(secrets) ? [...secrets] : [secrets];
  for (const secret of list) verifier.checkSecret(secret);
  return { verifier, secrets: list };
}

const isList = (secrets: string | readonly string[]): secrets is readonly string[] => Array.isArray(secrets);

const isProvider = (secrets: unknown): secrets is { useExisting: InjectionToken } =>
  typeof secrets === 'object' && secrets !== null && 'useExisting' in secrets;
