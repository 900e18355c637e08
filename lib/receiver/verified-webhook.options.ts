import type { InjectionToken } from '@nestjs/common';
import type { ReceivedHeaders } from './received-request.js';
import { WebhookVerifier, type WebhookVerifierOptions } from './webhook-verifier.js';

/** The part of a request by which a function or provider can find the secrets. It has not been verified yet. */
export interface UnverifiedWebhook {
  readonly headers: ReceivedHeaders;
  /** The request of Express or Fastify, with its route parameters. */
  readonly request: unknown;
}

/** Secrets with which the sender may have signed. Return several while one is rotated; an empty list rejects the request. */
export type SecretsOf = (
  webhook: UnverifiedWebhook,
) => string | readonly string[] | Promise<string | readonly string[]>;

/** A provider of the host that returns the secrets: from its configuration, a vault, or a table of accounts. */
export interface WebhookSecretsProvider {
  secretsOf: SecretsOf;
}

/** The source of the secrets: the secrets themselves, a function, or a provider of the host. */
export type WebhookSecrets = string | readonly string[] | SecretsOf | { useExisting: InjectionToken };

/** Options of `@VerifiedWebhook`. */
export interface VerifiedWebhookOptions extends WebhookVerifierOptions {
  /**
   * Secrets in the form in which the sender shows them. Secrets that are given here directly are checked when the class is
   * loaded; if your configuration is loaded later, pass a function.
   */
  readonly secrets: WebhookSecrets;
}

/** Checked options. */
export interface ResolvedVerification {
  readonly verifier: WebhookVerifier;
  readonly secrets: readonly string[] | SecretsOf | { useExisting: InjectionToken };
}

/** @throws {InvalidReceiverOptionError} for invalid options */
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
