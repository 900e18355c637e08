import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { PricesService } from './prices.service.js';
import { CreatePriceDto, UpdatePriceDto } from './products.dto.js';

@PosController('products/:productUid/prices', 'prices')
export class PricesController {
  constructor(private readonly prices: PricesService) {}

  @Get()
  @ApiOperation({ summary: "List a product's prices" })
  list(@CurrentActor() actor: Actor, @Param('productUid') productUid: string) {
    return this.prices.list(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Give a product a price: PRICE_CREATE' })
  create(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: CreatePriceDto,
  ) {
    return this.prices.create(actor, productUid, body);
  }

  @Patch(':priceUid')
  @AdminOnly()
  @ApiOperation({ summary: 'Change a price: PRICE_UPDATE' })
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('priceUid') priceUid: string,
    @Body() body: UpdatePriceDto,
  ) {
    return this.prices.update(actor, productUid, priceUid, body);
  }

  @Delete(':priceUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiOperation({ summary: 'Delete a price: PRICE_DELETE' })
  delete(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('priceUid') priceUid: string,
  ): Promise<void> {
    return this.prices.delete(actor, productUid, priceUid);
  }
}
