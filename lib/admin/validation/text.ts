import { ValidateBy } from 'class-validator';
import { isUid, UID_MAX_LENGTH } from '../../domain/uid.js';

const CONTROL_OR_UNPAIRED = /[\p{Cc}\p{Cs}]/u;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const ofText = (name: string, fits: (text: string) => boolean, expectation: string): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && fits(value),
      defaultMessage: () => `$property must be ${expectation}`,
    },
  });

/** Text of `min` to `max` characters without control characters (databases reject NUL, and newlines break log lines). */
export const IsPlainText = (min: number, max: number): PropertyDecorator =>
  ofText(
    'isPlainText',
    (text) => text.length >= min && text.length <= max && !CONTROL_OR_UNPAIRED.test(text),
    `text of ${min} to ${max} characters without control characters`,
  );

/** Text that is valid as one word in an `authorization` header. */
export const IsVisibleAscii = (max: number): PropertyDecorator =>
  ofText(
    'isVisibleAscii',
    (text) => text.length <= max && VISIBLE_ASCII.test(text),
    `1 to ${max} visible ASCII characters without spaces`,
  );

/** A uid: letters, digits, `_` and `-`. */
export const IsUid = (): PropertyDecorator =>
  ofText('isUid', isUid, `1 to ${UID_MAX_LENGTH} of the characters A-Z, a-z, 0-9, "_" and "-"`);

/** A list of uids. The message does not repeat an element that is not a uid. */
export const AreUids = (): PropertyDecorator =>
  ValidateBy({
    name: 'areUids',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(isUid),
      defaultMessage: () =>
        `each value in $property must be 1 to ${UID_MAX_LENGTH} of the characters A-Z, a-z, 0-9, "_" and "-"`,
    },
  });
