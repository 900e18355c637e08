import { type ArgumentMetadata, Injectable, NotFoundException, ValidationPipe } from '@nestjs/common';
import { UID } from './uid-pattern.js';

/** Checks bodies against their DTO's decorators, and refuses members that have none. */
@Injectable()
export class InputPipe extends ValidationPipe {
  constructor() {
    super({ whitelist: true, forbidNonWhitelisted: true, transform: true });
  }

  /** @throws {NotFoundException} for a malformed uid in the path */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'param' && !UID.test(String(value))) {
      throw new NotFoundException('There is nothing with this uid.');
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}
