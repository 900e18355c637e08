import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RequestSchema } from '../openapi/schemas.js';
import { IsBoolean, IsString, MaxLength } from 'class-validator';
import { ACTION_PATTERN } from '../../domain/action-pattern.js';
import { UID_KEYWORDS, UID_OR_BLANK_KEYWORDS } from '../openapi/api-docs.js';
import { BLANK_RULE, MayBeBlank } from '../validation/may-be-blank.js';
import { MayBeAbsent, MayBeAbsentOrNull } from '../validation/presence.js';
import { IsUid } from '../validation/text.js';

/** An action has up to 64 characters; a prefix has one more for its `*`. */
const MAX_ACTION_LENGTH = 65;

const ActionField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      pattern: ACTION_PATTERN.source,
      maxLength: MAX_ACTION_LENGTH,
      description:
        'Events to send: an action of the catalog (see `webhookactions`), `*` for all actions except notifications (`WEBHOOK_…`), or a prefix that ends in `_*` and matches at least one action, such as `ORDER_*` or `WEBHOOK_*`. Anything else is refused with `UNKNOWN_ACTION`.',
      example: 'ORDER_SETTLED',
    }),
    IsString(),
    MaxLength(MAX_ACTION_LENGTH),
  );

/** A read-only member of a webhook. An update may contain it, so that a webhook can be sent back as it was read. */
const IgnoredField = (example: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'string',
      nullable: true,
      description: 'Ignored, so that you can send back a webhook as you read it.',
      example,
    }),
    MayBeAbsentOrNull(),
    IsString(),
  );

/** The optional settings of a webhook. An omitted member is not a property of the object. */
export abstract class WebhookInputDto {
  @ApiPropertyOptional({
    ...UID_KEYWORDS,
    description: 'If given, it must equal the uid of the HTTP transport in the path.',
    example: 'erp',
  })
  @MayBeAbsent()
  @IsString()
  httpTransportUid?: string;

  @ApiPropertyOptional({
    description:
      'Whether the webhook is enabled. Only an enabled webhook matches events; existing deliveries are not affected. Default: true for a new webhook, unchanged in an update.',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether deliveries with the same ordering key are sent one at a time, in the order of their events. Default: false for a new webhook, unchanged in an update.',
    example: false,
  })
  @MayBeAbsent()
  @IsBoolean()
  ordered?: boolean;
}

/** The request body of POST. */
@RequestSchema('CreateWebhook')
export class CreateWebhookDto extends WebhookInputDto {
  @MayBeBlank({
    ...UID_OR_BLANK_KEYWORDS,
    description: `Uid of the webhook, unique within the tenant. It cannot be changed. Default: a new UUIDv7. ${BLANK_RULE}`,
    example: 'erp-orders',
  })
  @MayBeAbsent()
  @IsUid()
  webhookUid?: string;

  @MayBeBlank({
    ...UID_OR_BLANK_KEYWORDS,
    description: `If given, it must equal the uid of the HTTP transport in the path. ${BLANK_RULE}`,
  })
  override httpTransportUid?: string;

  @ActionField(true)
  action!: string;
}

/** The members that PUT and PATCH share. */
export abstract class ChangeWebhookDto extends WebhookInputDto {
  @ApiPropertyOptional({
    ...UID_KEYWORDS,
    description: 'If given, it must equal the uid in the path.',
    example: 'erp-orders',
  })
  @MayBeAbsent()
  @IsString()
  webhookUid?: string;

  @IgnoredField('2026-03-14T09:26:53.589Z')
  createdAt?: string | null;

  @IgnoredField('2026-03-14T09:26:53.589Z')
  lastModifiedAt?: string | null;
}

/** The request body of PUT. */
@RequestSchema('ReplaceWebhook')
export class ReplaceWebhookDto extends ChangeWebhookDto {
  @ActionField(true)
  action!: string;
}

/** The request body of PATCH. */
@RequestSchema('UpdateWebhook')
export class UpdateWebhookDto extends ChangeWebhookDto {
  @MayBeAbsent()
  @ActionField(false)
  action?: string;
}
