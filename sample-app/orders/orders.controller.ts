import { Body, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { OrderProgressService } from './order-progress.service.js';
import {
  CreateOrderDto,
  CreateReceiptDto,
  DeliverOrderDto,
  PaymentDto,
  SetHandlingStateDto,
} from './orders.dto.js';
import { OrdersService } from './orders.service.js';

@PosController('stores/:storeUid/orders', 'orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly progress: OrderProgressService,
  ) {}

  @Get(':orderUid')
  @ApiOperation({ summary: 'Get an order' })
  get(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
  ) {
    return this.orders.get(actor, storeUid, orderUid);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Ring up a sale: ORDER_SETTLED once it is paid; with a warehouse also STOCK_CHANGE and ORDER_DELIVERED',
  })
  create(@CurrentActor() actor: Actor, @Param('storeUid') storeUid: string, @Body() body: CreateOrderDto) {
    return this.orders.create(actor, storeUid, body);
  }

  @Post(':orderUid/payments')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a payment: ORDER_SETTLED once all is paid' })
  pay(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: PaymentDto,
  ) {
    return this.orders.pay(actor, storeUid, orderUid, body);
  }

  @Post(':orderUid/receipts')
  @HttpCode(200)
  @ApiOperation({ summary: 'Settle the receipt: ORDER_RECEIPT_SETTLED' })
  settleReceipt(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: CreateReceiptDto,
  ) {
    return this.progress.settleReceipt(actor, storeUid, orderUid, body);
  }

  @Post(':orderUid/deliveries')
  @HttpCode(200)
  @ApiOperation({ summary: 'Deliver lines: STOCK_CHANGE each, and ORDER_DELIVERED once all are' })
  deliver(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: DeliverOrderDto,
  ) {
    return this.progress.deliver(actor, storeUid, orderUid, body);
  }

  @Put(':orderUid/handlingstate')
  @ApiOperation({ summary: 'Set the handling state: ORDER_HANDLING_STATE_CHANGED if it differs' })
  setHandlingState(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: SetHandlingStateDto,
  ) {
    return this.progress.setHandlingState(actor, storeUid, orderUid, body);
  }
}
