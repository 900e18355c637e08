import type { PipeTransform } from '@nestjs/common';

/**
 * Removes the named members of a body if they are `""` or null. Clients of the vendor's API send those for what a new
 * resource does not have. Anything but an object passes as it is, and fails in the validation behind.
 */
export class WithoutBlanksPipe implements PipeTransform<unknown, unknown> {
  readonly #names: readonly string[];

  /** @param names the members that may be blank */
  constructor(...names: readonly string[]) {
    this.#names = names;
  }

  transform(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const isBlank = ([name, member]: [string, unknown]): boolean =>
      this.#names.includes(name) && (member === '' || member === null);
    // fromEntries defines members: assigning __proto__ would change the prototype, and hide it from the validation.
    return Object.fromEntries(Object.entries(value).filter((member) => !isBlank(member)));
  }
}
