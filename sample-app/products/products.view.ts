import { ApiProperty } from '@nestjs/swagger';

/** A product as the API shows it. */
export class ProductView {
  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ example: 'Filter coffee, 250 g' })
  name!: string;
}

/** All products of the tenant. */
export class ProductsView {
  @ApiProperty({ type: [ProductView] })
  items!: ProductView[];
}

/** A price as the API shows it. */
export class PriceView {
  @ApiProperty({ example: 'coffee-2026' })
  priceUid!: string;

  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ type: 'integer', example: 549, description: "In the currency's smallest unit." })
  amount!: number;
}

/** All prices of a product. */
export class PricesView {
  @ApiProperty({ type: [PriceView] })
  items!: PriceView[];
}

/** A picture as the API shows it. */
export class MediaView {
  @ApiProperty({ example: 'coffee-front' })
  mediaUid!: string;

  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ example: 'https://cdn.example.com/coffee.jpg' })
  url!: string;
}

/** All pictures of a product. */
export class MediaListView {
  @ApiProperty({ type: [MediaView] })
  items!: MediaView[];
}
