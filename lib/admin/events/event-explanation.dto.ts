import { ApiProperty } from '@nestjs/swagger';
import { deliveryUidOf } from '../../domain/uid.js';
import type { EventEntity } from '../../persistence/entities/event.entity.js';
import type { EventFacts, WebhookFacts } from '../../persistence/repositories/explain.repository.js';
import { EventDto, eventDto } from '../deliveries/delivery-details.dto.js';
import { DeliveryDto, deliveryDto } from '../deliveries/delivery.dto.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';
import {
  BASES,
  EXPLANATIONS,
  explainWebhook,
  isChangedSince,
  OUTCOMES,
  type Verdict,
} from './explain-webhook.js';
import { WAIT_CAUSES, waitsOf, type CircuitPolicy, type Wait } from './waits.js';

/** An event with its body, and whether it was fanned out. */
@ResponseSchema('ExplainedEvent')
export class ExplainedEventDto extends EventDto {
  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the event was emitted.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Ordering key of the event; null if it has none.',
    example: null,
  })
  orderingKey!: string | null;

  @ApiProperty({
    description:
      'Whether the event was matched to the webhooks. False: deliveries of it may still be created.',
    example: true,
  })
  fannedOut!: boolean;
}

/** Something that a pending delivery waits for. */
@ResponseSchema('DeliveryWait')
export class DeliveryWaitDto {
  @ApiProperty({
    enum: WAIT_CAUSES,
    description:
      '`TRANSPORT_DISABLED`, `TRANSPORT_PAUSED`: the transport has to be enabled or resumed. `EARLIER_DELIVERY`: an earlier delivery has the same ordering key. `RETRY_AFTER`: the receiver responded with 429, 502, 503 or 504, so nothing is sent to the transport before `until`. `CIRCUIT`: attempts failed repeatedly, so nothing is sent to the transport before `until`. `SCHEDULE`: the next attempt on the retry schedule is not due yet. `RATE_LIMIT`: the rate limit of the transport is used up. `SLOT`: a process works on the transport. It is sending the delivery now, or sends it when the limits of requests in flight allow. `WORKER`: no process works on the transport yet.',
    example: 'SCHEDULE',
  })
  cause!: Wait['cause'];

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which this wait ends at the latest; null if that is not known.',
    example: '2026-03-14T09:31:53.589Z',
  })
  until!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Uid of the earlier delivery; null unless `cause` is `EARLIER_DELIVERY`.',
    example: null,
  })
  deliveryUid!: string | null;
}

/** The delivery of an event, or null. */
@ResponseSchema('ExplainedDelivery', { nullable: true })
export class ExplainedDeliveryDto extends DeliveryDto {}

/** The explanation of the event for one webhook. */
@ResponseSchema('WebhookExplanation')
export class WebhookExplanationDto {
  @ApiProperty({ description: 'Uid of the webhook.', example: 'erp-orders' })
  webhookUid!: string;

  @ApiProperty({ description: 'HTTP transport of the webhook.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({
    description:
      'Whether the webhook was deleted. A deleted webhook is listed only if it has a delivery of the event.',
    example: false,
  })
  deleted!: boolean;

  @ApiProperty({
    enum: OUTCOMES,
    description:
      '`DELIVERY`: there is a delivery; its `status` shows the outcome. `NO_DELIVERY`: there is none; `reason` says why. `WAITING`: a delivery will be created. `UNKNOWN`: there is no record; `reason` says what is known.',
    example: 'DELIVERY',
  })
  outcome!: Verdict['outcome'];

  @ApiProperty({
    type: 'string',
    enum: [...EXPLANATIONS, null],
    nullable: true,
    description:
      'Reason why there is no delivery; null if there is one. `ACTION_DIFFERS`: the webhook subscribes to another action. `WEBHOOK_DISABLED`: the webhook is disabled. `WEBHOOK_CREATED_LATER`, `TRANSPORT_CREATED_LATER`: the webhook or its HTTP transport was created after the event. `OTHER_WEBHOOK`: the event is sent for another webhook of the same HTTP transport. `FAN_OUT`: the event still has to be matched to the webhooks. `CONFIGURATION_CHANGED`: the webhook was changed after the event, and there is no record. `RECORD_EXPIRED`: the record of the delivery was deleted.',
    example: null,
  })
  reason!: Verdict['reason'];

  @ApiProperty({
    enum: BASES,
    description:
      '`RECORDED`: known from rows that were written when the event was matched to the webhooks. `DERIVED`: derived from the present configuration of the webhook; see `changedSince`. `EXPIRED`: the record was deleted.',
    example: 'RECORDED',
  })
  basis!: Verdict['basis'];

  @ApiProperty({
    type: 'boolean',
    nullable: true,
    description:
      'Whether the webhook was created or changed after the event was emitted, or at most 1 second before. If so, its configuration may have been another one when the event was emitted. Null if the webhook was deleted.',
    example: false,
  })
  changedSince!: boolean | null;

  @ApiProperty({
    type: () => ExplainedDeliveryDto,
    nullable: true,
    description:
      'Delivery of the event for this webhook; null if there is none. If `reason` is `OTHER_WEBHOOK`, the delivery for another webhook of the same HTTP transport.',
  })
  delivery!: ExplainedDeliveryDto | null;

  @ApiProperty({
    type: () => [DeliveryWaitDto],
    description: 'Reasons why the delivery has not been sent yet; empty unless its status is `PENDING`.',
  })
  waitsFor!: DeliveryWaitDto[];
}

/** An event, and its outcome for each webhook. */
@ResponseSchema('EventExplanation')
export class EventExplanationDto {
  @ApiProperty({ type: () => ExplainedEventDto, description: 'The event.' })
  event!: ExplainedEventDto;

  @ApiProperty({
    type: () => [WebhookExplanationDto],
    description: 'One item for each webhook of this page, in the order in which the webhooks were created.',
  })
  items!: WebhookExplanationDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** An event, and whether it was fanned out. */
export const explainedEventDto = (event: EventEntity, { outbox }: EventFacts): ExplainedEventDto => ({
  ...eventDto(event),
  createdAt: instant(event.createdAt),
  orderingKey: event.orderingKey,
  fannedOut: outbox === undefined,
});

/** @param now ms since the epoch on the database's clock */
export function webhookExplanationDto(
  event: EventEntity,
  facts: EventFacts,
  webhookFacts: WebhookFacts,
  now: number,
  policy: CircuitPolicy,
): WebhookExplanationDto {
  const { webhook, pending, webhookId, isOwn } = webhookFacts;
  const verdict = explainWebhook(event, facts, webhookFacts);
  // The delivery of another webhook is shown only if it is the reason.
  const delivery = isOwn || verdict.reason === 'OTHER_WEBHOOK' ? webhookFacts.delivery : undefined;
  // If a deleted webhook has no delivery here, retention has deleted the delivery since it was found. The uids are then unknown.
  return {
    webhookUid: webhook?.webhookUid ?? delivery?.webhookUid ?? `deleted-${webhookId}`,
    httpTransportUid: webhook?.httpTransportUid ?? delivery?.httpTransportUid ?? '',
    deleted: webhook === undefined,
    ...verdict,
    changedSince: webhook ? isChangedSince(event, webhook) : null,
    delivery: delivery ? deliveryDto(delivery) : null,
    waitsFor: delivery && pending ? waitsOf(pending, delivery.dueAt ?? 0, now, policy).map(waitDto) : [],
  };
}

const waitDto = ({ cause, until, deliveryId }: Wait): DeliveryWaitDto => ({
  cause,
  until: instant(until),
  deliveryUid: deliveryId === null ? null : deliveryUidOf(deliveryId),
});
