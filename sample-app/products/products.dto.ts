import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, IsUrl, Length, Matches, Max, Min } from 'class-validator';
import { UID } from '../database/uid-pattern.js';

export class CreateProductDto {
  @ApiPropertyOptional({ example: 'coffee' })
  @IsOptional()
  @Matches(UID)
  productUid?: string;

  @ApiProperty({ example: 'Filter coffee, 250 g' })
  @IsString()
  @Length(1, 200)
  name!: string;
}

export class UpdateProductDto {
  @ApiProperty({ example: 'Filter coffee, 500 g' })
  @IsString()
  @Length(1, 200)
  name!: string;
}

export class UpdatePriceDto {
  @ApiProperty({ example: 549, description: "In the currency's smallest unit." })
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  amount!: number;
}

export class CreatePriceDto extends UpdatePriceDto {
  @ApiPropertyOptional({ example: 'coffee-2026' })
  @IsOptional()
  @Matches(UID)
  priceUid?: string;
}

export class UpdateMediaDto {
  @ApiProperty({ example: 'https://cdn.example.com/coffee.jpg' })
  @IsUrl()
  @Length(1, 2000)
  url!: string;
}

export class CreateMediaDto extends UpdateMediaDto {
  @ApiPropertyOptional({ example: 'coffee-front' })
  @IsOptional()
  @Matches(UID)
  mediaUid?: string;
}
