import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  RECOVERY_KINDS,
  RECOVERY_STATES,
  type RecoverableStatus,
  type RecoveryKind,
  type RecoveryState,
} from '../../domain/recovery.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import { deliveryUidOf, recoveryUidOf } from '../../domain/uid.js';
import type { RecoveryPreview } from '../../operations/recovery/recovery-preview.js';
import type { RecoveryRow } from '../../persistence/ports/recovery-job.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

const Count = (description: string, example: number): PropertyDecorator =>
  ApiProperty({ type: 'integer', minimum: 0, description, example });

/** A recovery or replay. */
@ResponseSchema('Recovery')
export class RecoveryDto {
  @ApiProperty({ description: 'Uid of the recovery or replay.', example: 'rec_00000000006yk' })
  recoveryUid!: string;

  @ApiProperty({ description: 'HTTP transport that it sends to.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({
    enum: RECOVERY_KINDS,
    description:
      '`RECOVER`: deliveries that failed or were missed. `REPLAY`: events that a webhook matches, with or without a delivery.',
    example: 'RECOVER',
  })
  kind!: RecoveryKind;

  @ApiProperty({
    enum: RECOVERY_STATES,
    description:
      '`QUEUED`: waits for a worker, or until the obstacle in `reason` is removed. `RUNNING`: enqueues deliveries. `DONE`: has enqueued all that it found. `CANCELLED`: was cancelled. `FAILED`: ended early; `reason` says why.',
    example: 'RUNNING',
  })
  state!: RecoveryState;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Reason why the job waits (`TRANSPORT_PAUSED`, `QUOTA_REACHED`) or ended early (`TRANSPORT_DISABLED`, `TRANSPORT_DELETED`, `WEBHOOK_DELETED`); otherwise null.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({
    format: 'date-time',
    description:
      'Start of the period, inclusive. `RECOVER`: deliveries that ended at this time or later. `REPLAY`: events that were emitted at this time or later.',
    example: '2026-03-14T09:00:00.000Z',
  })
  since!: string;

  @ApiProperty({
    format: 'date-time',
    description:
      'End of the period, inclusive. `RECOVER`: deliveries that were created at this time or earlier. `REPLAY`: events that were emitted at this time or earlier.',
    example: '2026-03-14T12:00:00.000Z',
  })
  until!: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: ['FAILED', 'MISSED'] },
    description: 'Statuses of the deliveries that are recovered. Empty for a replay.',
    example: ['FAILED', 'MISSED'],
  })
  statuses!: readonly RecoverableStatus[];

  @ApiProperty({
    type: 'array',
    items: { type: 'string' },
    nullable: true,
    description: 'Actions that it includes; null: all.',
    example: null,
  })
  actions!: readonly string[] | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Webhook whose events are replayed; null: all webhooks of the HTTP transport.',
    example: null,
  })
  webhookUid!: string | null;

  @Count(
    'Number of events found so far. A recovery finds all of them before it enqueues the first delivery.',
    1200,
  )
  found!: number;

  @Count('Number of existing deliveries that were enqueued again.', 800)
  requeued!: number;

  @Count('Number of deliveries that did not exist and were created. Only for a replay.', 0)
  created!: number;

  @Count(
    'Number of events that were skipped, because their delivery is pending, was sent meanwhile, or could not be enqueued.',
    3,
  )
  skipped!: number;

  @Count('Number of events that cannot be sent, because their body is not stored any more.', 0)
  payloadGone!: number;

  @ApiProperty({ format: 'date-time', description: 'Time of creation.', example: '2026-03-14T12:00:00.589Z' })
  createdAt!: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time of the first progress; null if there was none.',
    example: '2026-03-14T12:00:01.002Z',
  })
  startedAt!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which it ended; null while it is `QUEUED` or `RUNNING`.',
    example: null,
  })
  finishedAt!: string | null;
}

/** A page of recoveries, newest first. */
@ResponseSchema('RecoveryList')
export class RecoveryListDto {
  @ApiProperty({
    type: () => [RecoveryDto],
    description: 'Recoveries and replays of this page, newest first.',
  })
  items!: RecoveryDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** A delivery that a recovery or replay would send. */
@ResponseSchema('RecoverySample')
export class RecoverySampleDto {
  @ApiProperty({ description: 'Uid of the event.', example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b' })
  eventUid!: string;

  @ApiProperty({ description: 'Action of the event.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Uid of the delivery; null: it does not exist yet.',
    example: 'dlv_00000000006yk',
  })
  deliveryUid!: string | null;

  @ApiProperty({
    type: 'string',
    enum: [...DELIVERY_STATUSES, null],
    nullable: true,
    description: 'Status of the delivery; null: it does not exist yet.',
    example: 'FAILED',
  })
  status!: DeliveryStatus | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the delivery was created (recovery) or the event was emitted (replay).',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;
}

/** Result of a dry run of a recovery or replay. */
@ResponseSchema('RecoveryDryRun')
export class RecoveryDryRunDto {
  @Count('Number of deliveries that would be sent.', 1200)
  count!: number;

  @ApiPropertyOptional({
    type: 'boolean',
    enum: [true],
    description:
      'Present, and `true`, if counting stopped before the end: there may be more. Otherwise `count` is the exact number.',
    example: true,
  })
  isAtLeast?: true;

  @ApiProperty({ type: () => [RecoverySampleDto], description: 'The first deliveries, at most 10.' })
  sample!: RecoverySampleDto[];

  @ApiProperty({
    format: 'date-time',
    description:
      'Time from which on the count is complete. Earlier deliveries and events may have been deleted after their retention periods. By default, events that no webhook matched are deleted after 24 hours, so a replay may not find earlier ones.',
    example: '2026-03-14T09:00:00.000Z',
  })
  completeFrom!: string;

  @Count('Number of events that would not be sent, because their body is not stored any more.', 0)
  payloadGone!: number;
}

export const recoveryDto = (job: RecoveryRow): RecoveryDto => ({
  recoveryUid: recoveryUidOf(job.id),
  httpTransportUid: job.httpTransportUid,
  kind: job.kind,
  state: job.state,
  reason: job.reason,
  since: instant(job.since),
  until: instant(job.until),
  statuses: job.statuses,
  actions: job.actions ?? null,
  webhookUid: job.webhookUid,
  found: job.found,
  requeued: job.requeued,
  created: job.created,
  skipped: job.skipped,
  payloadGone: job.payloadGone,
  createdAt: instant(job.createdAt),
  startedAt: instant(job.startedAt),
  finishedAt: instant(job.finishedAt),
});

export const recoveryDryRunDto = (preview: RecoveryPreview): RecoveryDryRunDto => ({
  count: preview.count,
  ...(preview.isAtLeast && { isAtLeast: true }),
  sample: preview.sample.map(({ deliveryId, createdAt, eventUid, action, status }) => ({
    eventUid,
    action,
    deliveryUid: deliveryId === null ? null : deliveryUidOf(deliveryId),
    status,
    createdAt: instant(createdAt),
  })),
  completeFrom: instant(preview.completeFrom),
  payloadGone: preview.payloadGone,
});
