import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PLAIN_TEXT_PATTERN, RequestSchema, VISIBLE_ASCII_OR_BLANK_PATTERN } from '../openapi/schemas.js';
import { Allow, IsString, MaxLength } from 'class-validator';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';
import { UID_KEYWORDS, UID_OR_BLANK_KEYWORDS } from '../openapi/api-docs.js';
import { BLANK_RULE, MayBeBlank } from '../validation/may-be-blank.js';
import { MayBeAbsent, MayBeAbsentOrNull } from '../validation/presence.js';
import { IsPlainText, IsUid } from '../validation/text.js';
import { HttpTransportInputDto, SECURITY_TYPE_RULE } from './http-transport-settings.dto.js';
import { SECURITY_TYPES } from './security-type.js';

const MAX_NAME = 255;
const MAX_URL = 2048;
const URL_PATTERN = '^[Hh][Tt][Tt][Pp][Ss]?://[^\\s\\\\]+$';
const MAX_SIGNING_SECRET = 128;
const SIGNING_SECRET_PATTERN = '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$';

const NameField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      minLength: 1,
      maxLength: MAX_NAME,
      pattern: PLAIN_TEXT_PATTERN,
      description: 'Display name: 1 to 255 characters without control characters.',
      example: 'ERP of the head office',
    }),
    IsPlainText(1, MAX_NAME),
  );

const UrlField = (required: boolean): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      required,
      format: 'uri',
      pattern: URL_PATTERN,
      maxLength: MAX_URL,
      description:
        'Target of the requests: an https URL of a host on the public internet. Anything else is refused with `TARGET_REFUSED`, unless the operator allows it. An update that changes its scheme, host or port must contain the password, the token and the header values again.',
      example: 'https://erp.example.com/hooks/pos',
    }),
    IsString(),
    MaxLength(MAX_URL),
  );

/** A signing secret that the owner already has. It has no example, so that nobody imports a public secret. */
export const SigningSecretField = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      writeOnly: true,
      pattern: SIGNING_SECRET_PATTERN,
      maxLength: MAX_SIGNING_SECRET,
      description:
        'Signing secret to import: `whsec_` followed by the base64 of 24 to 64 random bytes. Default: a new secret is generated. Only the response to this request contains it.',
    }),
    MayBeAbsent(),
    IsString(),
    MaxLength(MAX_SIGNING_SECRET),
  );

/** A read-only member of a resource. An update may contain it, so that a client can read the resource, change it and send it back. */
const IgnoredField = (example: string | null): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'string',
      nullable: true,
      description: 'Ignored, so that you can send back a transport as you read it.',
      example,
    }),
    MayBeAbsentOrNull(),
    IsString(),
  );

/** The request body of POST. */
@RequestSchema('CreateHttpTransport')
export class CreateHttpTransportDto extends HttpTransportInputDto {
  @MayBeBlank({
    ...UID_OR_BLANK_KEYWORDS,
    description: `Uid of the transport, unique within the tenant. It cannot be changed. Default: a new UUIDv7. ${BLANK_RULE}`,
    example: 'erp',
  })
  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;

  @MayBeBlank({
    enum: [...SECURITY_TYPES, '', null],
    default: 'NONE',
    description: `${SECURITY_TYPE_RULE} Default: \`NONE\`. ${BLANK_RULE}`,
  })
  override securityType?: SecurityType;

  @MayBeBlank({
    description: `User name for \`BASIC_AUTH\`, without a colon. ${BLANK_RULE}`,
  })
  override username?: string | null;

  @MayBeBlank({
    description: `Password for \`BASIC_AUTH\`. ${BLANK_RULE}`,
    example: 'correct-horse-battery-staple',
  })
  override password?: string | null;

  @MayBeBlank({
    pattern: VISIBLE_ASCII_OR_BLANK_PATTERN,
    description: `Token for \`BEARER_TOKEN\`. ${BLANK_RULE}`,
    example: 'token-of-the-erp',
  })
  override token?: string | null;

  @NameField(true)
  name!: string;

  @UrlField(true)
  url!: string;

  @SigningSecretField()
  signingSecret?: string;
}

/** The members that PUT and PATCH share. */
export abstract class ChangeHttpTransportDto extends HttpTransportInputDto {
  @ApiPropertyOptional({
    ...UID_KEYWORDS,
    description: 'If given, it must equal the uid in the path.',
    example: 'erp',
  })
  @MayBeAbsent()
  @IsString()
  httpTransportUid?: string;

  @ApiPropertyOptional({
    enum: TRANSPORT_STATES,
    description:
      'If given, it must equal the current state. To change the state, call `pause`, `resume`, `disable` or `enable`.',
    example: 'ACTIVE',
  })
  @Allow()
  state?: TransportState;

  @IgnoredField(null)
  disabledReason?: string | null;

  @IgnoredField(null)
  failingSince?: string | null;

  @IgnoredField('2026-03-14T09:26:53.589Z')
  createdAt?: string | null;

  @IgnoredField('2026-03-14T09:26:53.589Z')
  lastModifiedAt?: string | null;
}

/** The request body of PUT. */
@RequestSchema('ReplaceHttpTransport')
export class ReplaceHttpTransportDto extends ChangeHttpTransportDto {
  @NameField(true)
  name!: string;

  @UrlField(true)
  url!: string;
}

/** The request body of PATCH. */
@RequestSchema('UpdateHttpTransport')
export class UpdateHttpTransportDto extends ChangeHttpTransportDto {
  @MayBeAbsent()
  @NameField(false)
  name?: string;

  @MayBeAbsent()
  @UrlField(false)
  url?: string;
}
