import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { UID } from '../database/uid-pattern.js';

export class UpdateCustomerDto {
  @ApiProperty({ example: 'Kari Nordmann' })
  @IsString()
  @Length(1, 200)
  name!: string;
}

export class CreateCustomerDto extends UpdateCustomerDto {
  @ApiPropertyOptional({ example: 'kari' })
  @IsOptional()
  @Matches(UID)
  customerUid?: string;
}
