import { ApiProperty } from '@nestjs/swagger';
import { OPERATOR_AUDIT_KINDS, type OperatorAuditKind } from '../../domain/audit.js';
import { auditUidOf } from '../../domain/uid.js';
import type { AuditEntry } from '../../persistence/ports/audit-store.js';
import { AuditChangeDto } from '../audit/audit-entry.dto.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** Who stopped or resumed all deliveries, and when. */
@ResponseSchema('OperatorAuditEntry')
export class OperatorAuditEntryDto {
  @ApiProperty({ description: 'Uid of the entry.', example: 'aud_0000000000017' })
  auditUid!: string;

  @ApiProperty({
    enum: OPERATOR_AUDIT_KINDS,
    description: 'Kind of the change.',
    example: 'DELIVERIES_STOPPED',
  })
  kind!: OperatorAuditKind;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Who made the change, as the access policy names its operators; null if it is not known.',
    example: 'ops:42',
  })
  actor!: string | null;

  @ApiProperty({
    type: () => [AuditChangeDto],
    description: 'Change of the reason of the stop; empty if no reason was given.',
  })
  changes!: AuditChangeDto[];

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the change.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;
}

/** A page of the operator's audit, newest first. */
@ResponseSchema('OperatorAuditList')
export class OperatorAuditListDto {
  @ApiProperty({ type: () => [OperatorAuditEntryDto], description: 'Entries of this page, newest first.' })
  items!: OperatorAuditEntryDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

export const operatorAuditEntryDto = (entry: AuditEntry): OperatorAuditEntryDto => ({
  auditUid: auditUidOf(entry.id),
  // Entries without a tenant have only these kinds.
  kind: entry.kind as OperatorAuditKind,
  actor: entry.actor,
  changes: [...entry.changes],
  createdAt: instant(entry.createdAt),
});
