import { SecretBox, type SecretPlace } from './secret-box.js';

/**
 * A box that fetches its keys when a secret is first needed, for processes that usually need none. Until `ready` has
 * resolved, the methods that need keys throw: without its keys, the box would store a secret in plain text.
 */
export class DeferredSecretBox extends SecretBox {
  #box: SecretBox | undefined;
  #fetching: Promise<void> | undefined;

  /** @param fetch fetches the keys and returns a box with them; called again if it fails */
  constructor(private readonly fetch: () => Promise<SecretBox>) {
    super([]);
  }

  override ready(): Promise<void> {
    this.#fetching ??= this.fetch().then(
      (box) => {
        this.#box = box;
      },
      (error: unknown) => {
        this.#fetching = undefined;
        throw error;
      },
    );
    return this.#fetching;
  }

  override encrypt(secret: string, place: SecretPlace): string {
    return this.#fetched.encrypt(secret, place);
  }

  override decrypt(stored: string, place: SecretPlace): string {
    return this.#fetched.decrypt(stored, place);
  }

  override reencrypt(stored: string, place: SecretPlace): string {
    return this.#fetched.reencrypt(stored, place);
  }

  override hasKey(id: string | undefined): boolean {
    return this.#fetched.hasKey(id);
  }

  override get currentKeyId(): string | undefined {
    return this.#fetched.currentKeyId;
  }

  get #fetched(): SecretBox {
    if (!this.#box) throw new Error('The secret box was used before ready() had resolved.');
    return this.#box;
  }
}
