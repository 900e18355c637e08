import { Body, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { AdjustStockDto, SetStockDto } from './stock.dto.js';
import { StockService } from './stock.service.js';

@PosController('warehouses/:warehouseUid/stock', 'stock')
export class StockController {
  constructor(private readonly stock: StockService) {}

  @Get()
  @ApiOperation({ summary: 'What a warehouse has' })
  list(@CurrentActor() actor: Actor, @Param('warehouseUid') warehouseUid: string) {
    return this.stock.list(actor, warehouseUid);
  }

  @Put(':productUid')
  @AdminOnly()
  @ApiOperation({ summary: 'Set a quantity: STOCK_CHANGE if it differs' })
  set(
    @CurrentActor() actor: Actor,
    @Param('warehouseUid') warehouseUid: string,
    @Param('productUid') productUid: string,
    @Body() { quantity }: SetStockDto,
  ) {
    return this.stock.change(actor, warehouseUid, productUid, () => quantity);
  }

  @Post(':productUid/adjustments')
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Add or take away: STOCK_CHANGE' })
  adjust(
    @CurrentActor() actor: Actor,
    @Param('warehouseUid') warehouseUid: string,
    @Param('productUid') productUid: string,
    @Body() { by }: AdjustStockDto,
  ) {
    return this.stock.change(actor, warehouseUid, productUid, (quantity) => quantity + by);
  }
}
