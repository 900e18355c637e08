import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsUrl, Length, Matches, Max, Min } from 'class-validator';
import { IsText } from '../input/is-text.js';
import { MayBeLeftOut } from '../input/may-be-left-out.js';
import { UID } from '../input/uid-pattern.js';

export class CreateProductDto {
  @ApiPropertyOptional({ example: 'coffee' })
  @MayBeLeftOut()
  @Matches(UID)
  productUid?: string;

  @ApiProperty({ example: 'Filter coffee, 250 g' })
  @IsText(200)
  name!: string;
}

export class UpdateProductDto {
  @ApiProperty({ example: 'Filter coffee, 500 g' })
  @IsText(200)
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
  @MayBeLeftOut()
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
  @MayBeLeftOut()
  @Matches(UID)
  mediaUid?: string;
}
