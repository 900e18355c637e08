import { ApiProperty } from '@nestjs/swagger';
import { AUDIT_KINDS, type AuditKind } from '../../domain/audit.js';
import { auditUidOf } from '../../domain/uid.js';
import type { AuditEntry } from '../../persistence/ports/audit-store.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** The values that a field can have. In OpenAPI 3.0 only a schema with a type allows null. */
const ANY_VALUE = [
  { type: 'string', nullable: true },
  { type: 'integer' },
  { type: 'boolean' },
  { type: 'object', additionalProperties: true },
  { type: 'array', items: { type: 'integer' } },
  { type: 'array', items: { type: 'string' } },
];

/** A field that changed. */
@ResponseSchema('AuditChange')
export class AuditChangeDto {
  @ApiProperty({
    description: 'Name of the field, as in the API; `headers.X-Shop` is the header `X-Shop`.',
    example: 'url',
  })
  field!: string;

  @ApiProperty({
    anyOf: ANY_VALUE,
    description: 'Value before; null if there was none. Secrets are masked.',
    example: 'https://erp.example.com/hooks',
  })
  from!: unknown;

  @ApiProperty({
    anyOf: ANY_VALUE,
    description:
      'Value after; null if there is none. Secrets are masked: if a secret was replaced by another one, both values are the mask.',
    example: 'https://erp.example.com/v2/hooks',
  })
  to!: unknown;
}

/** Who changed what, and when. */
@ResponseSchema('AuditEntry')
export class AuditEntryDto {
  @ApiProperty({ description: 'Uid of the entry.', example: 'aud_0000000000017' })
  auditUid!: string;

  @ApiProperty({ enum: AUDIT_KINDS, description: 'Kind of the change.', example: 'TRANSPORT_CHANGED' })
  kind!: AuditKind;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Who made the change, as the host names its users; `system` if it was made automatically; null if it is not known.',
    example: 'user:42',
  })
  actor!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'HTTP transport that was changed, or that the webhook, recovery or replay belongs to; null for a portal link.',
    example: 'erp',
  })
  httpTransportUid!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Webhook that was changed; null if the change concerns no webhook.',
    example: null,
  })
  webhookUid!: string | null;

  @ApiProperty({ type: () => [AuditChangeDto], description: 'Fields that changed.' })
  changes!: AuditChangeDto[];

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the change.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;
}

/** A page of the audit, newest first. */
@ResponseSchema('AuditList')
export class AuditListDto {
  @ApiProperty({ type: () => [AuditEntryDto], description: 'Entries of this page, newest first.' })
  items!: AuditEntryDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** An entry as listed. */
export const auditEntryDto = (entry: AuditEntry): AuditEntryDto => ({
  auditUid: auditUidOf(entry.id),
  // Entries of a tenant have only these kinds.
  kind: entry.kind as AuditKind,
  actor: entry.actor,
  httpTransportUid: entry.httpTransportUid === '' ? null : entry.httpTransportUid,
  webhookUid: entry.webhookUid,
  changes: [...entry.changes],
  createdAt: instant(entry.createdAt),
});
