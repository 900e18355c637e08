import { applyDecorators } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { AUDIT_KINDS, MAX_ACTOR, type AuditKind } from '../../domain/audit.js';
import type { AuditFilter } from '../../persistence/repositories/audit.repository.js';
import { ApiKeysetQuery, ApiPeriodQuery, DatedKeysetQueryDto } from '../listing/keyset-query.js';
import { ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { PLAIN_TEXT_PATTERN } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText, IsUid } from '../validation/text.js';

/** The query parameters of the audit. */
export class AuditQueryDto extends DatedKeysetQueryDto implements AuditFilter {
  @MayBeAbsent()
  @IsIn(AUDIT_KINDS)
  kind?: AuditKind;

  @MayBeAbsent()
  @IsPlainText(1, MAX_ACTOR)
  actor?: string;

  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;

  @MayBeAbsent()
  @IsUid()
  webhookUid?: string;
}

/** Documents `AuditQueryDto`. */
export const ApiAuditQuery = (): MethodDecorator =>
  applyDecorators(
    ApiKeysetQuery(),
    ApiOptionalQuery('kind', 'Filter by kind of change.', {
      type: 'string',
      enum: [...AUDIT_KINDS],
      example: 'TRANSPORT_DISABLED',
    }),
    ApiOptionalQuery(
      'actor',
      'Filter by the exact actor. `system` finds the changes that were made automatically.',
      { type: 'string', pattern: PLAIN_TEXT_PATTERN, minLength: 1, maxLength: MAX_ACTOR, example: 'user:42' },
    ),
    ApiOptionalQuery(
      'httpTransportUid',
      'Filter by HTTP transport; also finds the entries of its webhooks, recoveries and replays.',
      uidSchema('erp'),
    ),
    ApiOptionalQuery('webhookUid', 'Filter by webhook.', uidSchema('erp-orders')),
    ApiPeriodQuery(),
  );
