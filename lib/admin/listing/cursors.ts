import { Injectable } from '@nestjs/common';
import { SettingRepository } from '../../persistence/repositories/setting.repository.js';
import { decodeCursor, encodeCursor } from './cursor.js';

/** Setting that the migration wrote when it created the tables: random, in base64, the same for all processes. */
const KEY_NAME = 'cursor_key';

/** Signs and checks the cursors of keyset lists. */
@Injectable()
export class Cursors {
  #key: Promise<Buffer> | undefined;

  constructor(private readonly settings: SettingRepository) {}

  /** @param list which list of which tenant */
  async encode(list: readonly string[], id: number): Promise<string> {
    return encodeCursor(await this.#readKey(), list, id);
  }

  /** @throws {ApiError} 400 `INVALID_CURSOR` */
  async decode(list: readonly string[], cursor: string): Promise<number> {
    return decodeCursor(await this.#readKey(), list, cursor);
  }

  /** Reads the key once. If reading fails, the next call tries again. */
  #readKey(): Promise<Buffer> {
    this.#key ??= this.#fetchKey().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #fetchKey(): Promise<Buffer> {
    const key = await this.settings.read(KEY_NAME);
    if (key === undefined) {
      throw new Error(
        `The row "${KEY_NAME}" of webhook_setting is missing. Insert 32 random bytes in base64.`,
      );
    }
    return Buffer.from(key, 'base64');
  }
}
