import { Body, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { OrderProgressService } from './order-progress.service.js';
import {
  CreateOrderDto,
  CreateReceiptDto,
  DeliverOrderDto,
  PaymentDto,
  SetHandlingStateDto,
} from './orders.dto.js';
import { OrdersService } from './orders.service.js';
import { OrderView, ReceiptView } from './orders.view.js';

@PosController('stores/:storeUid/orders', 'orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly progress: OrderProgressService,
  ) {}

  @Get(':orderUid')
  @ApiResponses('Get an order', OrderView, 404)
  get(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
  ): Promise<OrderView> {
    return this.orders.get(actor, storeUid, orderUid);
  }

  @Post()
  @HttpCode(200)
  @ApiResponses(
    'Ring up a sale: ORDER_SETTLED once it is paid; with a warehouse also STOCK_CHANGE and ORDER_DELIVERED',
    OrderView,
    400,
    404,
    409,
  )
  create(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Body() body: CreateOrderDto,
  ): Promise<OrderView> {
    return this.orders.create(actor, storeUid, body);
  }

  @Post(':orderUid/payments')
  @HttpCode(200)
  @ApiResponses('Take a payment: ORDER_SETTLED once all is paid', OrderView, 400, 404, 409)
  pay(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: PaymentDto,
  ): Promise<OrderView> {
    return this.orders.pay(actor, storeUid, orderUid, body);
  }

  @Post(':orderUid/receipts')
  @HttpCode(200)
  @ApiResponses('Settle the receipt: ORDER_RECEIPT_SETTLED', ReceiptView, 400, 404, 409)
  settleReceipt(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: CreateReceiptDto,
  ): Promise<ReceiptView> {
    return this.progress.settleReceipt(actor, storeUid, orderUid, body);
  }

  @Post(':orderUid/deliveries')
  @HttpCode(200)
  @ApiResponses(
    'Deliver lines: STOCK_CHANGE for each product if a warehouse is named, ORDER_DELIVERED once all lines are delivered',
    OrderView,
    400,
    404,
    409,
  )
  deliver(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: DeliverOrderDto,
  ): Promise<OrderView> {
    return this.progress.deliver(actor, storeUid, orderUid, body);
  }

  @Put(':orderUid/handlingstate')
  @ApiResponses('Set the handling state: ORDER_HANDLING_STATE_CHANGED if it differs', OrderView, 400, 404)
  setHandlingState(
    @CurrentActor() actor: Actor,
    @Param('storeUid') storeUid: string,
    @Param('orderUid') orderUid: string,
    @Body() body: SetHandlingStateDto,
  ): Promise<OrderView> {
    return this.progress.setHandlingState(actor, storeUid, orderUid, body);
  }
}
