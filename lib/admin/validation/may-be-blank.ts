import { applyDecorators, type Type } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';

/** The sentence about blank values in the description of a member with `MayBeBlank`. */
export const BLANK_RULE = 'An empty text or `null` means the same as leaving it out.';

const BLANK_MEMBERS = Symbol.for('nestjs-tillhook:blank-members');

/**
 * A text member of a new resource that counts as omitted if it is `""` or null: clients of the vendor's API
 * (docs/compatibility.md) send those for members that are not set. The decorator documents it, and `WithoutBlanksPipe`
 * removes such a member before the validation.
 *
 * @param schema keywords that differ from those of the same member in the base class. Its patterns and enums must include
 *   the empty text
 */
export const MayBeBlank = (schema: ApiPropertyOptions): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'string', nullable: true, minLength: 0, ...schema }),
    recordBlankMember,
  );

/** The names of the members of a DTO that have `MayBeBlank`. */
export const blankMembersOf = (dto: Type): ReadonlySet<string> => membersOf(dto.prototype as object);

const recordBlankMember: PropertyDecorator = (prototype, name) => {
  Reflect.defineMetadata(BLANK_MEMBERS, new Set([...membersOf(prototype), String(name)]), prototype);
};

const membersOf = (prototype: object): ReadonlySet<string> =>
  (Reflect.getMetadata(BLANK_MEMBERS, prototype) as ReadonlySet<string> | undefined) ?? new Set<string>();
