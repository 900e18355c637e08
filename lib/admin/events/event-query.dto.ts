import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { MAX_REFERENCE } from '../../domain/event-references.js';
import type { EventFilter } from '../../persistence/repositories/event.repository.js';
import { ApiKeysetQuery, ApiPeriodQuery, DatedKeysetQueryDto } from '../listing/keyset-query.js';
import { ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { PLAIN_TEXT_PATTERN } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText, IsUid } from '../validation/text.js';

/** The query parameters of the list of events. */
export class EventQueryDto extends DatedKeysetQueryDto implements EventFilter {
  @MayBeAbsent()
  @Matches(ACTION_NAME_PATTERN, { message: 'action must be 1 to 64 of the characters A-Z, 0-9 and "_"' })
  action?: string;

  @MayBeAbsent()
  @IsUid()
  eventUid?: string;

  @MayBeAbsent()
  @IsPlainText(1, MAX_REFERENCE)
  reference?: string;
}

/** Documents `EventQueryDto`. */
export const ApiEventQuery = (): MethodDecorator =>
  applyDecorators(
    ApiKeysetQuery(),
    ApiOptionalQuery('action', 'Filter by action.', {
      type: 'string',
      pattern: ACTION_NAME_PATTERN.source,
      minLength: 1,
      maxLength: 64,
      example: 'ORDER_SETTLED',
    }),
    ApiOptionalQuery('eventUid', 'Filter by event.', uidSchema('0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b')),
    ApiOptionalQuery(
      'reference',
      'Filter by an entity that the body refers to: the exact `Id` or `Uid` of an object at the top level of the body, except `tenant`. `700` finds `"order": { "Uid": "700" }`.',
      { type: 'string', pattern: PLAIN_TEXT_PATTERN, minLength: 1, maxLength: MAX_REFERENCE, example: '700' },
    ),
    ApiPeriodQuery(),
  );
