import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { CloseTillDto, OpenTillDto } from './tills.dto.js';
import { TillsService } from './tills.service.js';

@PosController('stores/:storeUid/tills', 'tills')
export class TillsController {
  constructor(private readonly tills: TillsService) {}

  @Get()
  @ApiOperation({ summary: "List a store's tills" })
  list(@CurrentActor() actor: Actor, @Param('storeUid') storeUid: string) {
    return this.tills.list(actor, storeUid);
  }

  @Post(':tillUid/open')
  @HttpCode(200)
  @ApiOperation({ summary: 'Open a till: TILL_OPEN' })
  open(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('tillUid') tillUid: string,
    @Body() body: OpenTillDto,
  ) {
    return this.tills.open(actor, storeUid, tillUid, body);
  }

  @Post(':tillUid/close')
  @HttpCode(200)
  @ApiOperation({ summary: 'Count and close a till: TILL_CLOSED' })
  close(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('tillUid') tillUid: string,
    @Body() body: CloseTillDto,
  ) {
    return this.tills.close(actor, storeUid, tillUid, body);
  }
}
