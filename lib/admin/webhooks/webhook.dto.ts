import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { NewWebhookRow } from '../../persistence/repositories/webhook.repository.js';
import { instant } from '../instant.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';

/** A webhook as it is shown. */
@ApiSchema({ name: 'Webhook' })
export class WebhookDto {
  @ApiProperty({ description: 'Unique within the tenant.', example: 'erp-orders' })
  webhookUid!: string;

  @ApiProperty({ description: 'The http transport that its events go to.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({
    description: 'What it listens to: an action, `*`, or a prefix that ends in `_*`.',
    example: 'ORDER_*',
  })
  action!: string;

  @ApiProperty({ description: 'Whether events are matched by it.', example: true })
  enabled!: boolean;

  @ApiProperty({
    description: 'Whether deliveries that share an ordering key go one at a time.',
    example: false,
  })
  ordered!: boolean;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was created.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was changed last.',
    example: '2026-03-14T09:26:53.589Z',
  })
  lastModifiedAt!: string;
}

/** A page of webhooks. */
@ApiSchema({ name: 'WebhookList' })
export class WebhookListDto implements PageDto<WebhookDto> {
  @ApiProperty({ type: () => [WebhookDto], description: 'The webhooks of this page.' })
  items!: WebhookDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Where this page stands.' })
  paging!: PagingDto;
}

/** A webhook as it is shown. */
export const webhookDto = (webhook: NewWebhookRow): WebhookDto => ({
  webhookUid: webhook.webhookUid,
  httpTransportUid: webhook.httpTransportUid,
  action: webhook.action,
  enabled: webhook.enabled,
  ordered: webhook.ordered,
  createdAt: instant(webhook.createdAt),
  lastModifiedAt: instant(webhook.lastModifiedAt),
});
