import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import type { NewWebhookRow } from '../../persistence/repositories/webhook.repository.js';
import { instant } from '../instant.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';

/** A webhook as the API returns it. */
@ResponseSchema('Webhook')
export class WebhookDto {
  @ApiProperty({ description: 'Uid of the webhook, unique within the tenant.', example: 'erp-orders' })
  webhookUid!: string;

  @ApiProperty({ description: 'Uid of the HTTP transport that matching events are sent to.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({
    description:
      'Events to send: an action, `*` for all actions except notifications (`WEBHOOK_…`), or a prefix that ends in `_*`.',
    example: 'ORDER_*',
  })
  action!: string;

  @ApiProperty({
    description: 'Whether the webhook is enabled. Only an enabled webhook matches events.',
    example: true,
  })
  enabled!: boolean;

  @ApiProperty({
    description:
      'Whether deliveries with the same ordering key are sent one at a time, in the order of their events.',
    example: false,
  })
  ordered!: boolean;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of creation.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the last change.',
    example: '2026-03-14T09:26:53.589Z',
  })
  lastModifiedAt!: string;
}

/** A page of webhooks. */
@ResponseSchema('WebhookList')
export class WebhookListDto implements PageDto<WebhookDto> {
  @ApiProperty({ type: () => [WebhookDto], description: 'Webhooks of this page.' })
  items!: WebhookDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Position of this page.' })
  paging!: PagingDto;
}

/** A webhook as the API returns it. */
export const webhookDto = (webhook: NewWebhookRow): WebhookDto => ({
  webhookUid: webhook.webhookUid,
  httpTransportUid: webhook.httpTransportUid,
  action: webhook.action,
  enabled: webhook.enabled,
  ordered: webhook.ordered,
  createdAt: instant(webhook.createdAt),
  lastModifiedAt: instant(webhook.lastModifiedAt),
});
