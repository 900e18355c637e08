import type { PipeTransform, Type } from '@nestjs/common';
import { blankMembersOf } from './may-be-blank.js';

/**
 * Removes the members of a body that are `""` or null and that the DTO marks with `MayBeBlank`. Anything but an object
 * passes as it is, and fails in the validation behind.
 */
export class WithoutBlanksPipe implements PipeTransform<unknown, unknown> {
  readonly #names: ReadonlySet<string>;

  /** @param dto class of the body */
  constructor(dto: Type) {
    this.#names = blankMembersOf(dto);
  }

  transform(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const isBlank = ([name, member]: [string, unknown]): boolean =>
      this.#names.has(name) && (member === '' || member === null);
    // fromEntries defines members: assigning __proto__ would change the prototype, and hide it from the validation.
    return Object.fromEntries(Object.entries(value).filter((member) => !isBlank(member)));
  }
}
