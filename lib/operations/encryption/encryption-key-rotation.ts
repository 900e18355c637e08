import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { reencryptTransports, type RotationOptions, type RotationResult } from './reencrypt-transports.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';

/** Rotates the encryption key from within the application; see `rotateEncryptionKeys` for the steps before and after. */
@Injectable()
export class EncryptionKeyRotation {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRET_BOX) private readonly secrets: SecretBox,
  ) {}

  /**
   * Re-encrypts every stored secret with the first key of this process.
   *
   * @throws {InvalidOptionError} if this process has no keys
   */
  async run(options: RotationOptions = {}): Promise<RotationResult> {
    await this.secrets.ready();
    if (this.secrets.currentKeyId === undefined) {
      throw new InvalidOptionError('encryption.keys', undefined, 'set the keys to rotate to.');
    }
    return reencryptTransports(this.database, this.secrets, options);
  }
}
