import { ApiProperty } from '@nestjs/swagger';

/** A till as the API shows it. Amounts are in the currency's smallest unit. */
export class TillView {
  @ApiProperty({ example: 'till-1' })
  tillUid!: string;

  @ApiProperty({ example: 'main' })
  storeUid!: string;

  @ApiProperty({ enum: ['OPEN', 'CLOSED'], example: 'CLOSED' })
  state!: 'OPEN' | 'CLOSED';

  @ApiProperty({ type: 'integer', example: 11198, description: 'The float and every payment since.' })
  expectedAmount!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 11098,
    description:
      'Amount counted when the till was last closed; null before the first time and while it is open.',
  })
  countedAmount!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: -100,
    description: 'Counted minus expected amount: negative if money is missing. Null without a count.',
  })
  difference!: number | null;
}

/** All tills of a store. */
export class TillsView {
  @ApiProperty({ type: [TillView] })
  items!: TillView[];
}
