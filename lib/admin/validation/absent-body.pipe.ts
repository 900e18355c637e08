import { Injectable, type PipeTransform } from '@nestjs/common';

/** A request without a body means one without members: where all of them are optional, none needs to be sent. */
@Injectable()
export class AbsentBodyPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown): unknown {
    return value ?? {};
  }
}
