import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Allow, IsBoolean, IsInt, IsString, Max, Min } from 'class-validator';
import { MayBeLeftOut } from '../input/may-be-left-out.js';
import { IsOrderingKeys } from './is-ordering-keys.js';

const DATA_EXAMPLE: ApiPropertyOptions = {
  type: 'object',
  additionalProperties: true,
  example: { store: { Id: 1, Uid: '70' }, order: { Id: 7123, Uid: '700' } },
};

/** Members that both requests share. The module validates `action` and `data`, and refuses them with its own codes. */
class EventDto {
  @ApiProperty({ example: 'ORDER_SETTLED', description: "One of the catalog's actions." })
  @IsString()
  action!: string;

  /** As it was sent: see `EventBodyPipe`. */
  @ApiProperty({ ...DATA_EXAMPLE, description: 'The payload; `action` and the tenant are added to it.' })
  @Allow()
  data!: object;

  @ApiPropertyOptional({
    example: 500,
    description: 'How long to hold the transaction open before it ends, in ms: 0 to 60,000. Default: 0.',
  })
  @MayBeLeftOut()
  @IsInt()
  @Min(0)
  @Max(60_000)
  holdMs?: number;

  @ApiPropertyOptional({ default: false, description: 'Roll the transaction back instead of committing it.' })
  @MayBeLeftOut()
  @IsBoolean()
  rollback?: boolean;
}

export class EmitEventDto extends EventDto {
  @ApiPropertyOptional({ example: 'order-700', description: 'Events that share it keep their order.' })
  @Allow()
  orderingKey?: string;

  @ApiPropertyOptional({
    description: 'A uid of your own. If you send it again with the same body, nothing changes.',
  })
  @Allow()
  eventUid?: string;
}

export class EmitBatchDto extends EventDto {
  @ApiProperty({
    example: 1000,
    description: 'Number of events, 1 to 10,000, which are emitted in one transaction.',
  })
  @IsInt()
  @Min(1)
  @Max(10_000)
  count!: number;

  @ApiPropertyOptional({
    oneOf: [{ type: 'integer' }, { type: 'array', items: { type: 'string' } }],
    example: 3,
    description:
      'Ordering keys that the events get in turn: a list of 1 to 10,000 keys, or a number n from 1 to 10,000 for key-0 to key-(n-1). Default: none.',
  })
  @MayBeLeftOut()
  @IsOrderingKeys()
  orderingKeys?: number | string[];
}
