import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

// Values in a query string are text, and JavaScript's conversions accept too much: Number('0x10'), Number(' 7 ') and
// Number('') are numbers, new Date('1') is a date, new Date('2026-02-30T00:00:00Z') is 2 March. A value that does not match
// exactly stays text here, so that its validation fails.

const DECIMAL = /^(?:0|[1-9]\d{0,14})$/;
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** A plain decimal integer in a query string. It is converted to a number. */
export const IntegerValue = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value,
    ),
    ValidateBy({
      name: 'isIntegerValue',
      validator: {
        validate: (value: unknown) => typeof value === 'number' && value >= min && value <= max,
        defaultMessage: () => `$property must be an integer from ${min} to ${max}`,
      },
    }),
  );

/** An ISO 8601 date and time with its offset, as text. It is converted to milliseconds since the epoch. */
export const InstantValue = (): PropertyDecorator =>
  applyDecorators(
    // A number is not accepted as a date, not even in the body of a request.
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? millisecondsOf(value) : typeof value === 'number' ? String(value) : value,
    ),
    ValidateBy({
      name: 'isInstant',
      validator: {
        validate: (value: unknown) => Number.isInteger(value),
        defaultMessage: () =>
          '$property must be an existing date and time in ISO 8601 with an offset, e.g. 2026-03-14T09:26:53.000Z',
      },
    }),
  );

function millisecondsOf(text: string): number | string {
  const [, dateAndTime] = INSTANT.exec(text) ?? [];
  const milliseconds = isOnCalendar(dateAndTime) ? Date.parse(text) : NaN;
  return Number.isNaN(milliseconds) ? text : milliseconds;
}

/** JavaScript's Date converts a date that does not exist, such as 30 February, to another date. */
function isOnCalendar(dateAndTime: string | undefined): boolean {
  const asUtc = dateAndTime === undefined ? NaN : Date.parse(`${dateAndTime}Z`);
  return !Number.isNaN(asUtc) && new Date(asUtc).toISOString().startsWith(dateAndTime!);
}
