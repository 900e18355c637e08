import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IsText } from '../input/is-text.js';
import { MayBeLeftOut } from '../input/may-be-left-out.js';
import { UID } from '../input/uid-pattern.js';

export class UpdateCustomerDto {
  @ApiProperty({ example: 'Kari Nordmann' })
  @IsText(200)
  name!: string;
}

export class CreateCustomerDto extends UpdateCustomerDto {
  @ApiPropertyOptional({ example: 'kari' })
  @MayBeLeftOut()
  @Matches(UID)
  customerUid?: string;
}
