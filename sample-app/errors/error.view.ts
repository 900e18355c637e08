import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The body of every error. */
export class ErrorView {
  @ApiProperty({ type: 'integer', example: 400, description: 'Status of the response.' })
  statusCode!: number;

  @ApiPropertyOptional({ example: 'Bad Request', description: 'Name of the status.' })
  error?: string;

  @ApiPropertyOptional({
    example: 'VALIDATION_FAILED',
    description: 'Stable code, if a client can act on it: errors of the database and of `/events` have one.',
  })
  code?: string;

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    example: 'There is no Product "coffee".',
    description: 'Explanation for people: one text, or one for each invalid field. May change.',
  })
  message!: string | string[];
}
