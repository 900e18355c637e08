import { ValidateIf } from 'class-validator';

// class-validator's own @IsOptional() lets null pass as well, which is not the same as leaving a member out.

/** The member may be left out. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** The member may be left out, and null has a meaning of its own. */
export const MayBeAbsentOrNull = (): PropertyDecorator =>
  ValidateIf((_object, value) => value !== undefined && value !== null);
