import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IsText } from '../input/is-text.js';

/** Credentials that a user enters at the till. */
export class SignInDto {
  @ApiProperty({ example: 'admin' })
  @IsText(64)
  userCode!: string;

  @ApiProperty({ example: 'admin' })
  @IsString()
  @MaxLength(256)
  password!: string;
}

/** The user who signed in. */
export class TenantUserView {
  @ApiProperty({ example: 1 })
  Id!: number;

  @ApiProperty({ example: 'admin' })
  Uid!: string;

  @ApiProperty({ example: 'admin' })
  userCode!: string;

  @ApiProperty({ example: 'Ada Admin' })
  name!: string;

  @ApiProperty({ example: 'demo' })
  tenantUid!: string;

  @ApiProperty({ example: 'Tenant.Admin', enum: ['Tenant.Admin', 'Tenant.Cashier'] })
  role!: string;
}

/** The response to a sign-in. */
export class SignInView {
  @ApiProperty({ description: 'The bearer token for the routes of the tenant; valid for 12 hours.' })
  accessToken!: string;

  @ApiProperty()
  tenantUser!: TenantUserView;
}
