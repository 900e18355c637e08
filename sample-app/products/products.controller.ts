import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { CreateProductDto, UpdateProductDto } from './products.dto.js';
import { ProductsService } from './products.service.js';

@PosController('products', 'products')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get()
  @ApiOperation({ summary: 'List the products' })
  list(@CurrentActor() actor: Actor) {
    return this.products.list(actor);
  }

  @Get(':productUid')
  @ApiOperation({ summary: 'Get a product' })
  get(@CurrentActor() actor: Actor, @Param('productUid') productUid: string) {
    return this.products.get(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Create a product: PRODUCT_CREATE' })
  create(@CurrentActor() actor: Actor, @Body() body: CreateProductDto) {
    return this.products.create(actor, body);
  }

  @Patch(':productUid')
  @AdminOnly()
  @ApiOperation({ summary: 'Change a product: PRODUCT_UPDATE' })
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: UpdateProductDto,
  ) {
    return this.products.update(actor, productUid, body);
  }

  @Delete(':productUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiOperation({ summary: 'Delete a product: PRODUCT_DELETE' })
  delete(@CurrentActor() actor: Actor, @Param('productUid') productUid: string): Promise<void> {
    return this.products.delete(actor, productUid);
  }
}
