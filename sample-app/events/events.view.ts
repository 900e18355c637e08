import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The result of an emit. */
export class EmittedEventView {
  @ApiProperty({ example: 'order-700-settled', description: 'The `webhook-id` of its deliveries.' })
  eventUid!: string;

  @ApiPropertyOptional({
    enum: [true],
    description: 'Present if the transaction was rolled back as requested.',
  })
  rolledBack?: true;
}

/** The result of a batch. */
export class EmittedBatchView {
  @ApiProperty({ type: 'integer', example: 1000, description: 'Number of events.' })
  count!: number;

  @ApiProperty({ type: [String], description: 'Uids of the events, in their order.' })
  eventUids!: string[];

  @ApiPropertyOptional({
    enum: [true],
    description: 'Present if the transaction was rolled back as requested.',
  })
  rolledBack?: true;
}
