import { SecretBox, type SecretPlace } from './secret-box.js';

/**
 * A box that fetches its keys when a secret is first needed, for processes that usually need none. `ready` must resolve
 * before any other method is called: otherwise a secret would be stored in clear although keys exist.
 */
export class DeferredSecretBox extends SecretBox {
  #box: SecretBox | undefined;
  #opening: Promise<void> | undefined;

  /** @param fetch fetches the keys and returns a box with them; called again if it fails */
  constructor(private readonly fetch: () => Promise<SecretBox>) {
    super([]);
  }

  override ready(): Promise<void> {
    this.#opening ??= this.fetch().then(
      (box) => {
        this.#box = box;
      },
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }

  override encrypt(secret: string, place: SecretPlace): string {
    return this.#opened.encrypt(secret, place);
  }

  override decrypt(stored: string, place: SecretPlace): string {
    return this.#opened.decrypt(stored, place);
  }

  override renew(stored: string, place: SecretPlace): string {
    return this.#opened.renew(stored, place);
  }

  override hasKey(id: string | undefined): boolean {
    return this.#opened.hasKey(id);
  }

  override get currentKeyId(): string | undefined {
    return this.#opened.currentKeyId;
  }

  get #opened(): SecretBox {
    if (!this.#box) throw new Error('The secret box was used before ready() had resolved.');
    return this.#box;
  }
}
