import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { API_ERROR_CODES, type ApiErrorCode } from './api-error.js';

/** The body of every error of the admin API. */
@ApiSchema({ name: 'WebhooksApiError' })
export class ApiErrorDto {
  @ApiProperty({ type: 'integer', description: 'The status of the answer.', example: 400 })
  statusCode!: number;

  @ApiProperty({ description: 'The name of the status.', example: 'Bad Request' })
  error!: string;

  @ApiProperty({
    enum: API_ERROR_CODES,
    description: 'What went wrong. Stable over releases: branch on it.',
    example: 'VALIDATION_FAILED',
  })
  code!: ApiErrorCode;

  @ApiProperty({
    type: [String],
    description: 'For people; may change.',
    example: ['pageSize must not be greater than 100'],
  })
  message!: string[];
}
