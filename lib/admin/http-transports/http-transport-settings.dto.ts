import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { rateLimitOf } from '../../domain/rate-window.js';
import type { SecurityType, TransportSettings } from '../../persistence/entities/http-transport.entity.js';
import { MASK, masked } from '../masking.js';
import { PLAIN_TEXT_PATTERN, VISIBLE_ASCII_PATTERN } from '../openapi/schemas.js';
import { MayBeAbsent, MayBeAbsentOrNull } from '../validation/presence.js';
import { IsPlainText, IsVisibleAscii } from '../validation/text.js';
import { HeaderDto, HeaderInputDto } from './http-transport-headers.dto.js';
import { RateLimitDto } from './rate-limit.dto.js';
import { SECURITY_TYPES } from './security-type.js';

const MAX_HEADERS = 20;
const MAX_RETRIES = 50;
const SEVEN_DAYS_SECONDS = 604_800;
const USERNAME_PATTERN = PLAIN_TEXT_PATTERN.replace('[^', '[^:');

/** Description of `securityType`. */
export const SECURITY_TYPE_RULE =
  'How the receiver authenticates the request. `BASIC_AUTH` needs `username` and `password`, `BEARER_TOKEN` needs `token`. `BEARER` and `BEARER_AUTH` mean the same as `BEARER_TOKEN`; the spelling is kept.';

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
      'Time limit of one attempt in milliseconds. `null`: the default of this service, usually 10,000.',
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
      'Seconds to wait after the first, second, … failed attempt. Each wait varies at random by ± 20 %. An empty list: no retries. `null`: the default of this service, usually 9 retries within about 3 days.',
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

/** The settings of a transport as the API returns them: every secret masked. */
export abstract class HttpTransportSettingsDto {
  @ApiProperty({
    type: () => [HeaderDto],
    description: 'Headers that are sent with each request. Their values are masked.',
    example: [{ key: 'x-shop', value: MASK }],
  })
  headers!: HeaderDto[];

  @ApiProperty({
    enum: SECURITY_TYPES,
    description: 'How the receiver authenticates the request.',
    example: 'BASIC_AUTH',
  })
  securityType!: SecurityType;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'User name for `BASIC_AUTH`; null if there is none.',
    example: 'shop-70',
  })
  username!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask `********` if a password is stored, otherwise null.',
    example: MASK,
  })
  password!: typeof MASK | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask `********` if a token is stored, otherwise null.',
    example: null,
  })
  token!: typeof MASK | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Time limit of one attempt in milliseconds; null: the default of this service.',
    example: null,
  })
  timeoutMs!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Maximum number of requests in flight; null: the default of this service.',
    example: 8,
  })
  maxConcurrency!: number | null;

  @ApiProperty({
    type: () => RateLimitDto,
    nullable: true,
    description: 'Maximum number of requests in a window of time; null: no limit.',
  })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    nullable: true,
    description:
      'Seconds to wait after the first, second, … failed attempt; null: the default of this service.',
    example: [5, 300, 1_800],
  })
  retryScheduleSeconds!: number[] | null;
}

/** The settings of a transport as the API returns them. */
export function httpTransportSettingsDto(settings: TransportSettings): HttpTransportSettingsDto {
  return {
    headers: settings.headers.map(({ key, value }) => ({ key, value: masked(value) })),
    securityType: settings.securityType,
    username: settings.username,
    password: masked(settings.password),
    token: masked(settings.token),
    timeoutMs: settings.timeoutMs,
    maxConcurrency: settings.maxConcurrency,
    rateLimit: rateLimitOf(settings),
    retryScheduleSeconds: settings.retryScheduleSeconds,
  };
}
