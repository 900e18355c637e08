const BRAND = Symbol.for('nestjs-tillhook.WebhooksError');

/** Makes an error of another class an `instanceof WebhooksError`. The error must have a stable `code`. */
export const brandAsWebhooksError = (error: Error & { readonly code: string }): void => {
  Object.defineProperty(error, BRAND, { value: true });
};

/**
 * Base class of the module's own errors. `code` is stable over releases, so branch on it rather than on the
 * message. `instanceof` works across the two builds (ESM and CommonJS) in one process, because it checks a registered
 * symbol and not the identity of the class.
 */
export class WebhooksError extends Error {
  /** Stable, upper-case, e.g. `PAYLOAD_TOO_LARGE`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
    brandAsWebhooksError(this);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== WebhooksError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
