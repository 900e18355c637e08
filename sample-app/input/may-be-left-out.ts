import { ValidateIf } from 'class-validator';

/** A member that may be missing, but not null: null would reach the database as a value. */
export const MayBeLeftOut = (): PropertyDecorator => ValidateIf((_body, value) => value !== undefined);
