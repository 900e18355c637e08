import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';

const MOST = 1_000_000;

export class SetStockDto {
  @ApiProperty({ example: 40, description: 'Quantity in stock.' })
  @IsInt()
  @Min(0)
  @Max(MOST)
  quantity!: number;
}

export class AdjustStockDto {
  @ApiProperty({ example: -2, description: 'How many came (positive) or went (negative).' })
  @IsInt()
  @Min(-MOST)
  @Max(MOST)
  by!: number;
}
