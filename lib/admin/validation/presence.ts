import { ValidateIf } from 'class-validator';

// class-validator's own @IsOptional() also accepts null, which differs from omitting a member.

/** The member may be omitted. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** The member may be omitted, and null has its own meaning. */
export const MayBeAbsentOrNull = (): PropertyDecorator =>
  ValidateIf((_object, value) => value !== undefined && value !== null);
