import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { MayBeLeftOut } from '../input/may-be-left-out.js';
import { UID } from '../input/uid-pattern.js';
import { HANDLING_STATES, type HandlingState } from './order-handling.entity.js';

const MOST_MONEY = 10_000_000;

export class OrderLineDto {
  @ApiProperty({ example: 'coffee' })
  @Matches(UID)
  productUid!: string;

  @ApiProperty({ example: 2 })
  @IsInt()
  @Min(1)
  @Max(10_000)
  quantity!: number;

  @ApiPropertyOptional({
    example: 549,
    description: "In the smallest unit. Default: the product's newest price.",
  })
  @MayBeLeftOut()
  @IsInt()
  @Min(0)
  @Max(100_000)
  unitAmount?: number;
}

export class PaymentDto {
  @ApiProperty({ example: 1098, description: "In the currency's smallest unit." })
  @IsInt()
  @Min(1)
  @Max(MOST_MONEY)
  amount!: number;
}

export class CreateOrderDto {
  @ApiPropertyOptional({ example: 'order-1' })
  @MayBeLeftOut()
  @Matches(UID)
  orderUid?: string;

  @ApiPropertyOptional({ example: 'till-1', description: 'Till that takes the payments. It must be open.' })
  @MayBeLeftOut()
  @Matches(UID)
  tillUid?: string;

  @ApiPropertyOptional({ example: 'kari' })
  @MayBeLeftOut()
  @Matches(UID)
  customerUid?: string;

  @ApiPropertyOptional({
    example: 'central',
    description:
      'Warehouse of the goods, if the customer takes them along. All lines are then delivered at once.',
  })
  @MayBeLeftOut()
  @Matches(UID)
  warehouseUid?: string;

  @ApiProperty({ type: [OrderLineDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => OrderLineDto)
  lines!: OrderLineDto[];

  @ApiPropertyOptional({
    type: [PaymentDto],
    description: 'Payments of the customer. If they add up to the total, the order is settled.',
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => PaymentDto)
  payments?: PaymentDto[];
}

export class DeliveredLineDto {
  @ApiProperty({ example: 1 })
  @IsInt()
  @Min(1)
  lineNumber!: number;

  @ApiProperty({ example: 2 })
  @IsInt()
  @Min(1)
  @Max(10_000)
  quantity!: number;
}

export class DeliverOrderDto {
  @ApiPropertyOptional({
    example: 'central',
    description: 'Warehouse from which the goods are taken. Default: the stock does not change.',
  })
  @MayBeLeftOut()
  @Matches(UID)
  warehouseUid?: string;

  @ApiPropertyOptional({ type: [DeliveredLineDto], description: 'Default: everything that is outstanding.' })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => DeliveredLineDto)
  lines?: DeliveredLineDto[];
}

export class CreateReceiptDto {
  @ApiPropertyOptional({ example: 'receipt-1' })
  @MayBeLeftOut()
  @Matches(UID)
  receiptUid?: string;
}

export class SetHandlingStateDto {
  @ApiProperty({ enum: HANDLING_STATES, example: 'PICKING' })
  @IsIn(HANDLING_STATES)
  state!: HandlingState;
}
