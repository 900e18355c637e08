import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { PricesService } from './prices.service.js';
import { CreatePriceDto, UpdatePriceDto } from './products.dto.js';
import { PriceView, PricesView } from './products.view.js';

@PosController('products/:productUid/prices', 'prices')
export class PricesController {
  constructor(private readonly prices: PricesService) {}

  @Get()
  @ApiResponses("List a product's prices", PricesView, 404)
  list(@CurrentActor() actor: Actor, @Param('productUid') productUid: string): Promise<PricesView> {
    return this.prices.list(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses('Give a product a price: PRICE_CREATE', PriceView, 400, 404, 409)
  create(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: CreatePriceDto,
  ): Promise<PriceView> {
    return this.prices.create(actor, productUid, body);
  }

  @Patch(':priceUid')
  @AdminOnly()
  @ApiResponses('Change a price: PRICE_UPDATE', PriceView, 400, 404)
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('priceUid') priceUid: string,
    @Body() body: UpdatePriceDto,
  ): Promise<PriceView> {
    return this.prices.update(actor, productUid, priceUid, body);
  }

  @Delete(':priceUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiResponses('Delete a price: PRICE_DELETE', undefined, 404)
  delete(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('priceUid') priceUid: string,
  ): Promise<void> {
    return this.prices.delete(actor, productUid, priceUid);
  }
}
