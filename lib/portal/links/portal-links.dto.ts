import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { instant } from '../../admin/instant.js';
import { RequestSchema, ResponseSchema } from '../../admin/openapi/schemas.js';
import { MayBeAbsent } from '../../admin/validation/presence.js';
import type { PortalLink } from '../../persistence/repositories/portal-link.repository.js';

const DAY_MINUTES = 1_440;

/** The request body that creates a link. */
@RequestSchema('CreatePortalLink')
export class CreatePortalLinkDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: DAY_MINUTES,
    default: 60,
    description: 'Number of minutes for which the link and the session that it opens are valid.',
    example: 60,
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(DAY_MINUTES)
  expiresInMinutes?: number;

  @ApiPropertyOptional({
    default: false,
    description: 'Whether the link is read-only: changes are refused with 403 `PORTAL_READ_ONLY`.',
    example: false,
  })
  @MayBeAbsent()
  @IsBoolean()
  readOnly?: boolean;
}

/** A link as listed. */
@ResponseSchema('PortalLink')
export class PortalLinkDto {
  @ApiProperty({ description: 'Uid of the link.', example: '3f1c7a52-2c0e-4a9e-9a57-0c1f3f0b7e11' })
  portalLinkUid!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Who created it, as the host names its users; null if that is not known.',
    example: 'user:42',
  })
  createdBy!: string | null;

  @ApiProperty({ description: 'Whether the link is read-only.', example: false })
  readOnly!: boolean;

  @ApiProperty({ format: 'date-time', description: 'Time of creation.', example: '2026-03-14T09:26:53.589Z' })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the link and its session expire.',
    example: '2026-03-14T10:26:53.589Z',
  })
  expiresAt!: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which it was opened; null: it was not opened yet.',
    example: null,
  })
  openedAt!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which it was revoked; null: it was not.',
    example: null,
  })
  revokedAt!: string | null;
}

/** The response to creating a link. */
@ResponseSchema('CreatedPortalLink')
export class CreatedPortalLinkDto extends PortalLinkDto {
  @ApiProperty({
    description:
      'URL of the portal with the code of the link in its fragment, which browsers do not send. It is relative to the URL of this request. No other response shows it.',
    example: '../../portal#link=3f1c7a52-2c0e-4a9e-9a57-0c1f3f0b7e11.Yp3W…',
  })
  url!: string;
}

/** The links of a tenant. */
@ResponseSchema('PortalLinkList')
export class PortalLinkListDto {
  @ApiProperty({
    type: () => [PortalLinkDto],
    description: 'The 100 newest links, newest first, including those that have expired in the last 30 days.',
  })
  items!: PortalLinkDto[];
}

/** A link as the API returns it. */
export const portalLinkDto = (link: PortalLink): PortalLinkDto => ({
  portalLinkUid: link.linkUid,
  createdBy: link.createdBy,
  readOnly: link.readOnly,
  createdAt: instant(link.createdAt),
  expiresAt: instant(link.expiresAt),
  openedAt: instant(link.openedAt),
  revokedAt: instant(link.revokedAt),
});
