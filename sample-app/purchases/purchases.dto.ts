import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsText } from '../input/is-text.js';
import { MayBeLeftOut } from '../input/may-be-left-out.js';
import { UID } from '../input/uid-pattern.js';

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
  @MayBeLeftOut()
  @Matches(UID)
  purchaseUid?: string;

  @ApiProperty({ example: 'central' })
  @Matches(UID)
  warehouseUid!: string;

  @ApiProperty({ example: 'Roastery & Sons' })
  @IsText(200)
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
    description: 'Received quantities. Default: everything that is outstanding.',
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => ReceivedLineDto)
  lines?: ReceivedLineDto[];
}
