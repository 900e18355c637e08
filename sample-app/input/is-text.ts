import { Length, Matches } from 'class-validator';

/** Text of 1 to `maxLength` characters, none of them a control character (PostgreSQL cannot store NUL). */
export const IsText =
  (maxLength: number): PropertyDecorator =>
  (target, property) => {
    Length(1, maxLength)(target, property);
    Matches(/^\P{Cc}*$/u, { message: '$property must not contain control characters' })(target, property);
  };
