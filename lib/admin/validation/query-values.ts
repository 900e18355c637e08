import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min, ValidateBy } from 'class-validator';

// Values of a query string are text, and JavaScript's conversions are generous: Number('0x10'), Number(' 7 ') and
// Number('') are numbers, new Date('1') is a date. What does not fit exactly stays text here, and validation fails.

const DECIMAL = /^(?:0|[1-9]\d{0,14})$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** A plain decimal integer in a query string; becomes a number. */
export const IntegerValue = (min: number, max: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value,
    ),
    IsInt(),
    Min(min),
    Max(max),
  );

/** An ISO 8601 date and time with its offset in a query string; becomes milliseconds since the epoch. */
export const InstantValue = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? millisecondsOf(value) : value)),
    ValidateBy({
      name: 'isInstant',
      validator: {
        validate: (value: unknown) => Number.isInteger(value),
        defaultMessage: () => '$property must be an ISO 8601 date and time, e.g. 2026-03-14T09:26:53.000Z',
      },
    }),
  );

function millisecondsOf(text: string): number | string {
  const milliseconds = INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(milliseconds) ? text : milliseconds;
}
