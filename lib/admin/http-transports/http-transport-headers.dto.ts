import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { MASK } from '../masking.js';
import { RequestSchema, ResponseSchema } from '../openapi/schemas.js';

/** Same rule as in `assertTenantHeaders`. */
const HEADER_NAME_PATTERN = "^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$";
const HEADER_VALUE_PATTERN = '^[\\t\\u0020-\\u007e\\u0080-\\u00ff]*$';

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

/** A header as the API returns it. */
@ResponseSchema('HttpTransportHeader')
export class HeaderDto {
  @ApiProperty({ description: 'Name of the header.', example: 'x-shop' })
  key!: string;

  @ApiProperty({
    type: 'string',
    description: 'Always the mask `********`: values are never shown.',
    example: MASK,
  })
  value!: typeof MASK;
}
