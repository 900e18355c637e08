import { type ArgumentMetadata, Injectable } from '@nestjs/common';
import { InputPipe } from '../input/input.pipe.js';

/**
 * Checks everything but `data`, and hands that on untouched: validation rebuilds an object and drops members such as
 * `constructor` from it, while an event has to be emitted as it was sent. Whether it can be is the module's to say.
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
