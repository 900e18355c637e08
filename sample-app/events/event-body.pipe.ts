import { type ArgumentMetadata, Injectable } from '@nestjs/common';
import { InputPipe } from '../input/input.pipe.js';

/**
 * Validates all members except `data`, which stays unchanged: validation would rebuild the object and drop members such as
 * `constructor`, but an event must be emitted as it was sent. The module itself validates `data`.
 */
@Injectable()
export class EventBodyPipe extends InputPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body' || typeof value !== 'object' || value === null) {
      return super.transform(value, metadata);
    }
    const { data, ...rest } = value as Readonly<Record<string, unknown>>;
    const checked = (await super.transform(rest, metadata)) as object;
    return Object.assign(checked, { data });
  }
}
