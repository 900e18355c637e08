import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';

export class OpenTillDto {
  @ApiProperty({ example: 10000, description: "The float, in the currency's smallest unit." })
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  openingAmount!: number;
}

export class CloseTillDto {
  @ApiProperty({ example: 11098, description: "Counted amount, in the currency's smallest unit." })
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  countedAmount!: number;
}
