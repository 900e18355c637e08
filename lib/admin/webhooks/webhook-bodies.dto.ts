import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Allow, IsBoolean, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../validation/presence.js';
import { IsUid } from '../validation/text.js';

/** An action has up to 64 characters, a prefix one more for its `*`. */
const MAX_ACTION_LENGTH = 65;

const ActionField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      maxLength: MAX_ACTION_LENGTH,
      description:
        'What it listens to: an action of the catalog (see webhookactions), `*` for all, or a prefix that ends in `_*`, such as `ORDER_*`.',
      example: 'ORDER_SETTLED',
    }),
    IsString(),
    MaxLength(MAX_ACTION_LENGTH),
  );

/** The optional settings of a webhook. A member that was left out is no property of the object. */
export abstract class WebhookInputDto {
  @ApiPropertyOptional({ description: 'If given, the uid in the path.', example: 'erp' })
  @MayBeAbsent()
  @IsString()
  httpTransportUid?: string;

  @ApiPropertyOptional({
    description: 'Whether events are matched by it. Deliveries made before are not affected. Default: true.',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether deliveries that share an ordering key are sent one at a time, in the order of their events. Default: false.',
    example: false,
  })
  @MayBeAbsent()
  @IsBoolean()
  ordered?: boolean;
}

/** The body of POST. */
@ApiSchema({ name: 'CreateWebhook' })
export class CreateWebhookDto extends WebhookInputDto {
  @ApiPropertyOptional({
    pattern: '^[A-Za-z0-9_-]+$',
    maxLength: 64,
    description: 'The uid by which the webhook is addressed. Default: a new UUIDv7.',
    example: 'erp-orders',
  })
  @MayBeAbsent()
  @IsUid()
  webhookUid?: string;

  @ActionField(true)
  action!: string;
}

/** What PUT and PATCH have in common. */
export abstract class ChangeWebhookDto extends WebhookInputDto {
  @ApiPropertyOptional({
    description: 'If given, the uid in the path: it cannot be changed.',
    example: 'erp-orders',
  })
  @MayBeAbsent()
  @IsString()
  webhookUid?: string;

  @ApiPropertyOptional({
    type: 'string',
    readOnly: true,
    description: 'Ignored.',
    example: '2026-03-14T09:26:53.589Z',
  })
  @Allow()
  createdAt?: unknown;

  @ApiPropertyOptional({
    type: 'string',
    readOnly: true,
    description: 'Ignored.',
    example: '2026-03-14T09:26:53.589Z',
  })
  @Allow()
  lastModifiedAt?: unknown;
}

/** The body of PUT. */
@ApiSchema({ name: 'ReplaceWebhook' })
export class ReplaceWebhookDto extends ChangeWebhookDto {
  @ActionField(true)
  action!: string;
}

/** The body of PATCH. */
@ApiSchema({ name: 'UpdateWebhook' })
export class UpdateWebhookDto extends ChangeWebhookDto {
  @MayBeAbsent()
  @ActionField(false)
  action?: string;
}
