import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { CreatePurchaseDto, ReceivePurchaseDto } from './purchases.dto.js';
import { PurchasesService } from './purchases.service.js';
import { PurchaseView } from './purchases.view.js';

@PosController('purchases', 'purchases')
export class PurchasesController {
  constructor(private readonly purchases: PurchasesService) {}

  @Get(':purchaseUid')
  @ApiResponses('Get a purchase', PurchaseView, 404)
  get(@CurrentActor() actor: Actor, @Param('purchaseUid') purchaseUid: string): Promise<PurchaseView> {
    return this.purchases.get(actor, purchaseUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses('Order goods from a supplier', PurchaseView, 400, 404, 409)
  create(@CurrentActor() actor: Actor, @Body() body: CreatePurchaseDto): Promise<PurchaseView> {
    return this.purchases.create(actor, body);
  }

  @Post(':purchaseUid/receipts')
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses(
    'Receive goods: STOCK_CHANGE for each product, PURCHASE_RECEIVED once all lines are received',
    PurchaseView,
    400,
    404,
    409,
  )
  receive(
    @CurrentActor() actor: Actor,
    @Param('purchaseUid') purchaseUid: string,
    @Body() body: ReceivePurchaseDto,
  ): Promise<PurchaseView> {
    return this.purchases.receive(actor, purchaseUid, body);
  }
}
