import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from './openapi/schemas.js';
import { API_ERROR_CODES, type ApiErrorCode } from './api-error.js';

/** The body of every error of the admin API. */
@ResponseSchema('ApiError')
export class ApiErrorDto {
  @ApiProperty({ type: 'integer', description: 'Status code of the response.', example: 400 })
  statusCode!: number;

  @ApiProperty({ description: 'Name of the status code.', example: 'Bad Request' })
  error!: string;

  @ApiProperty({
    enum: API_ERROR_CODES,
    description: 'Reason of the error. Codes do not change between releases, so clients can branch on them.',
    example: 'VALIDATION_FAILED',
  })
  code!: ApiErrorCode;

  @ApiProperty({
    type: [String],
    description: 'Explanation for people; the wording may change.',
    example: ['name must be text of 1 to 255 characters without control characters'],
  })
  message!: string[];
}
