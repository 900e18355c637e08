import { Body, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { AdjustStockDto, SetStockDto } from './stock.dto.js';
import { StockService } from './stock.service.js';
import { StockLevelView, StockView } from './stock.view.js';

@PosController('warehouses/:warehouseUid/stock', 'stock')
export class StockController {
  constructor(private readonly stock: StockService) {}

  @Get()
  @ApiResponses('List the stock of a warehouse', StockView, 404)
  list(@CurrentActor() actor: Actor, @Param('warehouseUid') warehouseUid: string): Promise<StockView> {
    return this.stock.list(actor, warehouseUid);
  }

  @Put(':productUid')
  @AdminOnly()
  @ApiResponses('Set a quantity: STOCK_CHANGE if it differs', StockLevelView, 400, 404)
  set(
    @CurrentActor() actor: Actor,
    @Param('warehouseUid') warehouseUid: string,
    @Param('productUid') productUid: string,
    @Body() { quantity }: SetStockDto,
  ): Promise<StockLevelView> {
    return this.stock.change(actor, warehouseUid, productUid, () => quantity);
  }

  @Post(':productUid/adjustments')
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses(
    'Add to a quantity, or subtract from it: STOCK_CHANGE if it changes',
    StockLevelView,
    400,
    404,
    409,
  )
  adjust(
    @CurrentActor() actor: Actor,
    @Param('warehouseUid') warehouseUid: string,
    @Param('productUid') productUid: string,
    @Body() { by }: AdjustStockDto,
  ): Promise<StockLevelView> {
    return this.stock.change(actor, warehouseUid, productUid, (quantity) => quantity + by);
  }
}
