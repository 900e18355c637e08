import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { PagingDto, type PageDto } from '../listing/page.dto.js';

/** An action that a webhook can listen to. */
@ApiSchema({ name: 'WebhookAction' })
export class WebhookActionDto {
  @ApiProperty({ description: 'Its name.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({ description: 'When it fires.', example: 'A new order is fully paid.' })
  description!: string;
}

/** A page of actions. */
@ApiSchema({ name: 'WebhookActionList' })
export class WebhookActionListDto implements PageDto<WebhookActionDto> {
  @ApiProperty({ type: () => [WebhookActionDto], description: 'The actions of this page.' })
  items!: WebhookActionDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Where this page stands.' })
  paging!: PagingDto;
}
