import { Body, Controller, HttpCode, Post, Req, UsePipes } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { InputPipe } from '../input/input.pipe.js';
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
  @ApiBearerAuth()
  @ApiOperation({ summary: 'Sign in. The bearer token here is the device token, e.g. demo-device.' })
  @ApiOkResponse({ type: SignInView })
  @ApiUnauthorizedResponse({ description: 'Unknown device token, user code or password.' })
  signIn(@Req() request: Request, @Body() body: SignInDto): Promise<SignInView> {
    return this.account.signIn(bearerTokenOf(request), body);
  }
}
