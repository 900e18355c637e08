import { Injectable, type PipeTransform } from '@nestjs/common';

/** Treats a missing body as an empty object: if all members are optional, a request needs no body. */
@Injectable()
export class AbsentBodyPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown): unknown {
    return value ?? {};
  }
}
