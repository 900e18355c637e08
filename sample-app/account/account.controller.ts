import { Body, Controller, HttpCode, Post, Req, UsePipes } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiResponses, ApiOutage } from '../errors/api-responses.js';
import { InputPipe } from '../input/input.pipe.js';
import { DEVICE_TOKEN_SCHEME } from '../openapi/security-schemes.js';
import { SignInDto, SignInView } from './account.dto.js';
import { AccountService } from './account.service.js';
import { bearerTokenOf } from './actor.js';

@Controller('v2/account')
@ApiTags('account')
@UsePipes(InputPipe)
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Post()
  @HttpCode(200)
  @ApiSecurity(DEVICE_TOKEN_SCHEME)
  @ApiResponses('Sign in, with the device token as the bearer token', SignInView, 400, 401)
  @ApiOutage()
  signIn(@Req() request: Request, @Body() body: SignInDto): Promise<SignInView> {
    return this.account.signIn(bearerTokenOf(request), body);
  }
}
