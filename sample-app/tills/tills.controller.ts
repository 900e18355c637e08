import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { CloseTillDto, OpenTillDto } from './tills.dto.js';
import { TillsService } from './tills.service.js';
import { TillView, TillsView } from './tills.view.js';

@PosController('stores/:storeUid/tills', 'tills')
export class TillsController {
  constructor(private readonly tills: TillsService) {}

  @Get()
  @ApiResponses("List a store's tills", TillsView, 404)
  list(@CurrentActor() actor: Actor, @Param('storeUid') storeUid: string): Promise<TillsView> {
    return this.tills.list(actor, storeUid);
  }

  @Post(':tillUid/open')
  @HttpCode(200)
  @ApiResponses('Open a till: TILL_OPEN', TillView, 400, 404, 409)
  open(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('tillUid') tillUid: string,
    @Body() body: OpenTillDto,
  ): Promise<TillView> {
    return this.tills.open(actor, storeUid, tillUid, body);
  }

  @Post(':tillUid/close')
  @HttpCode(200)
  @ApiResponses('Count and close a till: TILL_CLOSED', TillView, 400, 404, 409)
  close(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('tillUid') tillUid: string,
    @Body() body: CloseTillDto,
  ): Promise<TillView> {
    return this.tills.close(actor, storeUid, tillUid, body);
  }
}
