import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { CreatePurchaseDto, ReceivePurchaseDto } from './purchases.dto.js';
import { PurchasesService } from './purchases.service.js';

@PosController('purchases', 'purchases')
export class PurchasesController {
  constructor(private readonly purchases: PurchasesService) {}

  @Get(':purchaseUid')
  @ApiOperation({ summary: 'Get a purchase' })
  get(@CurrentActor() actor: Actor, @Param('purchaseUid') purchaseUid: string) {
    return this.purchases.get(actor, purchaseUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Order goods from a supplier' })
  create(@CurrentActor() actor: Actor, @Body() body: CreatePurchaseDto) {
    return this.purchases.create(actor, body);
  }

  @Post(':purchaseUid/receipts')
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Receive goods: STOCK_CHANGE each, and PURCHASE_RECEIVED once all are there' })
  receive(
    @CurrentActor() actor: Actor,
    @Param('purchaseUid') purchaseUid: string,
    @Body() body: ReceivePurchaseDto,
  ) {
    return this.purchases.receive(actor, purchaseUid, body);
  }
}
