import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PLAIN_TEXT_PATTERN, RequestSchema, VISIBLE_ASCII_PATTERN } from '../openapi/schemas.js';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MASK } from '../masking.js';
import { MayBeAbsent, MayBeAbsentOrNull } from '../validation/presence.js';
import { IsPlainText, IsVisibleAscii } from '../validation/text.js';
import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';
import { SECURITY_TYPES } from './security-type.js';

const MAX_HEADERS = 20;
const MAX_RETRIES = 50;
const SEVEN_DAYS_SECONDS = 604_800;
/** Same rule as in `assertTenantHeaders`. */
const HEADER_NAME_PATTERN = "^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$";
const HEADER_VALUE_PATTERN = '^[\\t\\u0020-\\u007e\\u0080-\\u00ff]*$';
const USERNAME_PATTERN = PLAIN_TEXT_PATTERN.replace('[^', '[^:');

/** Description of `securityType`. */
export const SECURITY_TYPE_RULE =
  'How the receiver authenticates the request. `BASIC_AUTH` needs `username` and `password`, `BEARER_TOKEN` needs `token`. `BEARER` and `BEARER_AUTH` mean the same as `BEARER_TOKEN`; the spelling is kept.';

/** A header in a request. The egress policy checks its contents (`assertTenantHeaders`). */
@RequestSchema('HttpTransportHeaderInput')
export class HeaderInputDto {
  @ApiProperty({
    description:
      'Name of the header. Headers that HTTP or this service sets, such as `host`, `content-type` and `webhook-id`, are refused with `HEADER_REFUSED`.',
    example: 'x-shop',
    minLength: 1,
    maxLength: 128,
    pattern: HEADER_NAME_PATTERN,
  })
  @IsString()
  @MaxLength(128)
  key!: string;

  @ApiProperty({
    description: `Value of the header: Latin-1 characters without control characters. Responses show the mask "${MASK}" instead. The mask in an update keeps the stored value of the header with this name.`,
    example: 'shop-70',
    maxLength: 4096,
    pattern: HEADER_VALUE_PATTERN,
  })
  @IsString()
  @MaxLength(4096)
  value!: string;
}

/** A rate limit. */
@RequestSchema('HttpTransportRateLimit', { nullable: true })
export class RateLimitDto {
  @ApiProperty({
    type: 'integer',
    description: 'Maximum number of requests per window.',
    minimum: 1,
    maximum: 100_000,
    example: 100,
  })
  @IsInt()
  @Min(1)
  @Max(100_000)
  requests!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Length of the window in seconds.',
    minimum: 1,
    maximum: 3_600,
    example: 60,
  })
  @IsInt()
  @Min(1)
  @Max(3_600)
  perSeconds!: number;
}

/**
 * The optional settings of a transport. An omitted member is not a property of the object, so that a change of one field
 * leaves the others unchanged.
 */
export abstract class HttpTransportInputDto {
  @ApiPropertyOptional({
    type: () => [HeaderInputDto],
    nullable: true,
    maxItems: MAX_HEADERS,
    description:
      'Headers to send with each request, in addition to those that this service sets. An update replaces the whole list; `null` empties it.',
    example: [{ key: 'x-shop', value: 'shop-70' }],
  })
  @MayBeAbsentOrNull()
  @IsArray()
  @ArrayMaxSize(MAX_HEADERS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => HeaderInputDto)
  headers?: HeaderInputDto[] | null;

  @ApiPropertyOptional({
    enum: SECURITY_TYPES,
    description: SECURITY_TYPE_RULE,
    example: 'BASIC_AUTH',
  })
  @MayBeAbsent()
  @IsIn(SECURITY_TYPES)
  securityType?: SecurityType;

  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 255,
    pattern: USERNAME_PATTERN,
    description: 'User name for `BASIC_AUTH`, without a colon. `null` removes it.',
    example: 'shop-70',
  })
  @MayBeAbsentOrNull()
  @IsPlainText(1, 255)
  @Matches(/^[^:]*$/, { message: 'username must not contain a colon' })
  username?: string | null;

  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 1024,
    pattern: PLAIN_TEXT_PATTERN,
    description: `Password for \`BASIC_AUTH\`. The mask \`${MASK}\` keeps the stored password, \`null\` removes it.`,
    example: MASK,
  })
  @MayBeAbsentOrNull()
  @IsPlainText(1, 1024)
  password?: string | null;

  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    minLength: 1,
    maxLength: 4096,
    pattern: VISIBLE_ASCII_PATTERN,
    description: `Token for \`BEARER_TOKEN\`. The mask \`${MASK}\` keeps the stored token, \`null\` removes it.`,
    example: MASK,
  })
  @MayBeAbsentOrNull()
  @IsVisibleAscii(4096)
  token?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 100,
    maximum: 30_000,
    description:
      'Deadline of one request in milliseconds. `null`: the default of this service, usually 10,000.',
    example: 10_000,
  })
  @MayBeAbsentOrNull()
  @IsInt()
  @Min(100)
  @Max(30_000)
  timeoutMs?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 256,
    description: 'Maximum number of requests in flight. `null`: the default of this service, usually 8.',
    example: 8,
  })
  @MayBeAbsentOrNull()
  @IsInt()
  @Min(1)
  @Max(256)
  maxConcurrency?: number | null;

  @ApiPropertyOptional({
    type: () => RateLimitDto,
    nullable: true,
    description: 'Maximum number of requests in a window of time. `null`: no limit.',
  })
  @MayBeAbsentOrNull()
  @IsObject()
  @ValidateNested()
  @Type(() => RateLimitDto)
  rateLimit?: RateLimitDto | null;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: SEVEN_DAYS_SECONDS },
    nullable: true,
    maxItems: MAX_RETRIES,
    description:
      'Seconds to wait after the first, second, … failed attempt, each ± 20 %. An empty list: no retries. `null`: the default of this service.',
    example: [5, 300, 1_800],
  })
  @MayBeAbsentOrNull()
  @IsArray()
  @ArrayMaxSize(MAX_RETRIES)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(SEVEN_DAYS_SECONDS, { each: true })
  retryScheduleSeconds?: number[] | null;
}
