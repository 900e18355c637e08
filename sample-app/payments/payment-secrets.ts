import type { WebhookSecretsProvider } from 'nestjs-tillhook/receiver';

/** Signing secrets of the payment provider, from the environment. None: every webhook of the provider gets a 401. */
export class PaymentSecrets implements WebhookSecretsProvider {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  secretsOf(): readonly string[] {
    return this.#secrets;
  }
}
