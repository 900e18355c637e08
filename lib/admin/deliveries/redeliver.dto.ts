import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import type { RedeliveryOutcome } from '../../operations/redelivery/redelivery.service.js';
import { RedeliveryRefusedError } from '../../errors/admin.errors.js';
import { apiErrorOf } from '../api-error-of.js';
import { ApiError, databaseBusy, notFound, type ApiErrorCode } from '../api-error.js';
import { uidSchema } from '../openapi/api-docs.js';
import { RequestSchema, ResponseSchema } from '../openapi/schemas.js';
import { AreUids } from '../validation/text.js';

/** Maximum number of deliveries of one request. */
const MAX_UIDS = 100;

/** The request body of a redelivery of several deliveries. */
@RequestSchema('RedeliverDeliveries')
export class RedeliverManyDto {
  @ApiProperty({
    type: 'array',
    items: uidSchema('dlv_00000000006yk'),
    minItems: 1,
    maxItems: MAX_UIDS,
    description: `Uids of 1 to ${MAX_UIDS} deliveries. A repeated uid counts once.`,
    example: ['dlv_00000000006yk', 'dlv_00000000006ym'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_UIDS)
  @AreUids()
  deliveryUids!: string[];
}

/** Result of one requested redelivery. */
@ResponseSchema('RedeliveryResult')
export class RedeliveryResultDto {
  @ApiProperty({ description: 'Uid of the delivery.', example: 'dlv_00000000006yk' })
  deliveryUid!: string;

  @ApiProperty({ description: 'Whether the delivery will be sent again.', example: false })
  accepted!: boolean;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Reason why the delivery will not be sent again; the same codes as for one delivery: `DELIVERY_NOT_FOUND`, `REDELIVERY_PENDING`, `PAYLOAD_GONE`, `HTTP_TRANSPORT_DELETED`, `WEBHOOK_DELETED`, `TRANSPORT_STATE_CONFLICT` or `DATABASE_BUSY`; null if it is accepted.',
    example: 'REDELIVERY_PENDING',
  })
  code!: ApiErrorCode | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Explanation for people; the wording may change. Null if it is accepted.',
    example: 'A redelivery of this delivery was requested already, and its attempt is not recorded yet.',
  })
  message!: string | null;
}

/** Results of several requested redeliveries. */
@ResponseSchema('RedeliveryResults')
export class RedeliveryResultListDto {
  @ApiProperty({
    type: () => [RedeliveryResultDto],
    description: 'One result for each uid, in the order in which they are first named.',
  })
  results!: RedeliveryResultDto[];
}

export function redeliveryResult(deliveryUid: string, outcome: RedeliveryOutcome): RedeliveryResultDto {
  const error = errorOf(outcome);
  return {
    deliveryUid,
    accepted: error === undefined,
    code: error?.code ?? null,
    message: error?.message ?? null,
  };
}

/** The error of a single redelivery with this outcome; undefined: it is accepted. */
function errorOf(outcome: RedeliveryOutcome): ApiError | undefined {
  if (outcome === 'ACCEPTED') return undefined;
  if (outcome === 'UNKNOWN') return notFound('DELIVERY');
  if (outcome === 'LOCKED') return databaseBusy();
  return apiErrorOf(new RedeliveryRefusedError(outcome)) as ApiError;
}
