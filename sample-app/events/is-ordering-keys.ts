import { ValidateBy } from 'class-validator';

const MOST_KEYS = 10_000;

/** A number of keys from 1 to 10,000, or that many strings. */
export const IsOrderingKeys = (): PropertyDecorator =>
  ValidateBy({
    name: 'isOrderingKeys',
    validator: {
      validate: isOrderingKeys,
      defaultMessage: () =>
        `orderingKeys must be a whole number from 1 to ${MOST_KEYS}, or a list of 1 to that many strings`,
    },
  });

function isOrderingKeys(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length > 0 && value.length <= MOST_KEYS && value.every((key) => typeof key === 'string');
  }
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_KEYS;
}

/** The list that `orderingKeys` stands for. */
export const orderingKeysOf = (value: number | string[]): string[] =>
  typeof value === 'number' ? Array.from({ length: value }, (_, index) => `key-${index}`) : value;
