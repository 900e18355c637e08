import {
  applyDecorators,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  type Type,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiErrors, ApiOutage } from '../errors/api-responses.js';
import { InputPipe } from '../input/input.pipe.js';
import { UID } from '../input/uid-pattern.js';
import { ACCESS_TOKEN_SCHEME } from '../openapi/security-schemes.js';
import { AccessTokenGuard } from './access-token.guard.js';
import type { Actor, ActorRequest } from './actor.js';

/** A controller under `/v2/tenants/:tenantUid`, open to that tenant's access tokens, with checked input. */
export const PosController = (path: string, tag: string, pipe: Type<PipeTransform> = InputPipe) =>
  applyDecorators(
    Controller(`v2/tenants/:tenantUid/${path}`),
    ApiTags(tag),
    ApiBearerAuth(ACCESS_TOKEN_SCHEME),
    ApiParam({
      name: 'tenantUid',
      description: 'The tenant that the access token was issued for.',
      schema: { type: 'string', pattern: UID.source, example: 'demo' },
    }),
    ApiErrors(401, 403),
    ApiOutage(),
    UseGuards(AccessTokenGuard),
    // Not a global pipe: the module's controllers have pipes of their own, whose errors have the documented codes.
    UsePipes(pipe),
  );

/** Parameter decorator that injects the caller. */
export const CurrentActor = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Actor =>
    context.switchToHttp().getRequest<ActorRequest>().actor,
);
