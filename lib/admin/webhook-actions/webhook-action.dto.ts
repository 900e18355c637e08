import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';

/** An action to which a webhook can subscribe. */
@ResponseSchema('Action')
export class WebhookActionDto {
  @ApiProperty({ description: 'Name of the action.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    description: 'When the action occurs, in one sentence.',
    example: 'A new order is fully paid.',
  })
  description!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'Example of the payload. The body of a request also contains `action` and the uid of the tenant.',
    example: { store: { Id: 1, Uid: '70' }, order: { Id: 7123, Uid: '700' } },
  })
  example!: object;
}

/** A page of actions. */
@ResponseSchema('ActionList')
export class WebhookActionListDto implements PageDto<WebhookActionDto> {
  @ApiProperty({ type: () => [WebhookActionDto], description: 'Actions of this page.' })
  items!: WebhookActionDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Position of this page.' })
  paging!: PagingDto;
}
