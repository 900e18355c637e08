import type { PipeTransform, Type } from '@nestjs/common';
import { blankMembersOf } from './may-be-blank.js';

/**
 * Removes the members of a body that are `""` or null and that the DTO marks with `MayBeBlank`. A body that is not an
 * object passes unchanged, and the validation after this pipe rejects it.
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
    // fromEntries defines members. An assignment to __proto__ would change the prototype and hide the member from the validation.
    return Object.fromEntries(Object.entries(value).filter((member) => !isBlank(member)));
  }
}
