import { WEBHOOK_SORT_KEYS, type WebhookSortKey } from '../../persistence/repositories/webhook.repository.js';
import { pageQueryOf, type PageQueryDto } from '../listing/page-query.dto.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsUid } from '../validation/text.js';

/** The arguments of `pageQueryOf` and `ApiPageQuery` for webhooks. */
export const WEBHOOK_SORTING = [WEBHOOK_SORT_KEYS, 'createdAt'] as const;

export type WebhookPageQuery = PageQueryDto<WebhookSortKey>;

/** The query parameters of the list of one transport's webhooks. */
export const WebhookPageQueryDto = pageQueryOf(...WEBHOOK_SORTING);

/** The query parameters of the list of all webhooks of a tenant. */
export class TenantWebhookPageQueryDto extends WebhookPageQueryDto {
  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;
}
