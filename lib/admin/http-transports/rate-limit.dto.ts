import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { RequestSchema } from '../openapi/schemas.js';

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
