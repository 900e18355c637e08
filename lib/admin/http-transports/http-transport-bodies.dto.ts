import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { Allow, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText, IsUid } from '../validation/text.js';
import { HttpTransportInputDto } from './http-transport-input.dto.js';

const MAX_NAME = 255;
const MAX_URL = 2048;
const MAX_SIGNING_SECRET = 128;

const NameField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      maxLength: MAX_NAME,
      description: 'What people call it.',
      example: 'ERP of the head office',
    }),
    IsPlainText(1, MAX_NAME),
  );

const UrlField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      format: 'uri',
      maxLength: MAX_URL,
      description:
        'Where requests go: an https URL of a host on the public internet. If an update changes its scheme, host or port, the password, the token and the header values must be sent again in the same request.',
      example: 'https://erp.example.com/hooks/pos',
    }),
    IsString(),
    MaxLength(MAX_URL),
  );

/** A signing secret that the owner has already. */
export const SigningSecretField = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      writeOnly: true,
      maxLength: MAX_SIGNING_SECRET,
      description:
        'A signing secret to import: `whsec_` and the base64 of 24 to 64 random bytes. Default: a new one is made. The answer shows it, and no later one does.',
    }),
    MayBeAbsent(),
    IsString(),
    MaxLength(MAX_SIGNING_SECRET),
  );

/** A read-only member of a resource that an update may carry, so that what was read can be changed and sent back. */
const ReadOnlyField = (description: string, example: string | null): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'string', nullable: true, readOnly: true, description, example }),
    Allow(),
  );

/** The body of POST. */
@ApiSchema({ name: 'CreateHttpTransport' })
export class CreateHttpTransportDto extends HttpTransportInputDto {
  @ApiPropertyOptional({
    pattern: '^[A-Za-z0-9_-]+$',
    maxLength: 64,
    description: 'The uid by which the transport is addressed. Default: a new UUIDv7.',
    example: 'erp',
  })
  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;

  @NameField(true)
  name!: string;

  @UrlField(true)
  url!: string;

  @SigningSecretField()
  signingSecret?: string;
}

/** What PUT and PATCH have in common. */
export abstract class ChangeHttpTransportDto extends HttpTransportInputDto {
  @ApiPropertyOptional({
    description: 'If given, the uid in the path: it cannot be changed.',
    example: 'erp',
  })
  @MayBeAbsent()
  @IsString()
  httpTransportUid?: string;

  @ReadOnlyField('If given, the present state: it is changed by operations of its own.', 'ACTIVE')
  state?: unknown;

  @ReadOnlyField('Ignored.', null)
  disabledReason?: unknown;

  @ReadOnlyField('Ignored.', null)
  failingSince?: unknown;

  @ReadOnlyField('Ignored.', '2026-03-14T09:26:53.589Z')
  createdAt?: unknown;

  @ReadOnlyField('Ignored.', '2026-03-14T09:26:53.589Z')
  lastModifiedAt?: unknown;
}

/** The body of PUT. */
@ApiSchema({ name: 'ReplaceHttpTransport' })
export class ReplaceHttpTransportDto extends ChangeHttpTransportDto {
  @NameField(true)
  name!: string;

  @UrlField(true)
  url!: string;
}

/** The body of PATCH. */
@ApiSchema({ name: 'UpdateHttpTransport' })
export class UpdateHttpTransportDto extends ChangeHttpTransportDto {
  @MayBeAbsent()
  @NameField(false)
  name?: string;

  @MayBeAbsent()
  @UrlField(false)
  url?: string;
}
