import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { UID } from '../database/uid-pattern.js';

export class PurchaseLineDto {
  @ApiProperty({ example: 'coffee' })
  @Matches(UID)
  productUid!: string;

  @ApiProperty({ example: 20 })
  @IsInt()
  @Min(1)
  @Max(100_000)
  quantity!: number;
}

export class CreatePurchaseDto {
  @ApiPropertyOptional({ example: 'purchase-1' })
  @IsOptional()
  @Matches(UID)
  purchaseUid?: string;

  @ApiProperty({ example: 'central' })
  @Matches(UID)
  warehouseUid!: string;

  @ApiProperty({ example: 'Roastery & Sons' })
  @IsString()
  @Length(1, 200)
  supplier!: string;

  @ApiProperty({ type: [PurchaseLineDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => PurchaseLineDto)
  lines!: PurchaseLineDto[];
}

export class ReceivedLineDto {
  @ApiProperty({ example: 1 })
  @IsInt()
  @Min(1)
  lineNumber!: number;

  @ApiProperty({ example: 20 })
  @IsInt()
  @Min(1)
  @Max(100_000)
  quantity!: number;
}

export class ReceivePurchaseDto {
  @ApiPropertyOptional({
    type: [ReceivedLineDto],
    description: 'What came. Default: everything that is outstanding.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => ReceivedLineDto)
  lines?: ReceivedLineDto[];
}
