import { applyDecorators, type Type } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ErrorView } from './error.view.js';
import { RETRY_AFTER_SECONDS } from './outage.js';

/** Cause of each error status, for the OpenAPI document. */
const REASONS = {
  400: 'The request is not valid.',
  401: 'The bearer token is missing, has expired or is not valid.',
  403: "The access token belongs to another tenant, or its user lacks the route's role.",
  404: 'The path or the body names something that the tenant does not have.',
  409: 'The uid exists already, or the state of the resource does not allow the change.',
  413: 'The body is too large: over 256 KiB for an event, 2 MiB for a request.',
} as const;

export type ErrorStatus = keyof typeof REASONS;

/** Documents error responses, all of which have the same body. */
export const ApiErrors = (...statuses: ErrorStatus[]): ClassDecorator & MethodDecorator =>
  applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: REASONS[status], type: ErrorView })),
  );

/** Documents the 503 that every route has. */
export const ApiOutage = (): ClassDecorator & MethodDecorator =>
  ApiResponse({
    status: 503,
    description: 'The database is locked or cannot be reached, or the process is shutting down.',
    type: ErrorView,
    headers: {
      'retry-after': {
        description: 'Seconds after which a client should retry.',
        schema: { type: 'integer', example: RETRY_AFTER_SECONDS },
      },
    },
  });

/**
 * Documents a route: its summary, the body of its 200 (a 204 without `view`), and the errors of its own.
 *
 * Errors that all routes of a controller share are documented by the controller's decorator.
 */
export const ApiResponses = (
  summary: string,
  view: Type | undefined,
  ...errors: ErrorStatus[]
): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary }),
    view === undefined
      ? ApiNoContentResponse({ description: 'Done.' })
      : ApiOkResponse({ description: 'Done.', type: view }),
    ApiErrors(...errors),
  );
