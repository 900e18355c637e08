import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { CreateProductDto, UpdateProductDto } from './products.dto.js';
import { ProductsService } from './products.service.js';
import { ProductView, ProductsView } from './products.view.js';

@PosController('products', 'products')
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get()
  @ApiResponses('List the products', ProductsView)
  list(@CurrentActor() actor: Actor): Promise<ProductsView> {
    return this.products.list(actor);
  }

  @Get(':productUid')
  @ApiResponses('Get a product', ProductView, 404)
  get(@CurrentActor() actor: Actor, @Param('productUid') productUid: string): Promise<ProductView> {
    return this.products.get(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses('Create a product: PRODUCT_CREATE', ProductView, 400, 409)
  create(@CurrentActor() actor: Actor, @Body() body: CreateProductDto): Promise<ProductView> {
    return this.products.create(actor, body);
  }

  @Patch(':productUid')
  @AdminOnly()
  @ApiResponses('Change a product: PRODUCT_UPDATE', ProductView, 400, 404)
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: UpdateProductDto,
  ): Promise<ProductView> {
    return this.products.update(actor, productUid, body);
  }

  @Delete(':productUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiResponses('Delete a product: PRODUCT_DELETE', undefined, 404)
  delete(@CurrentActor() actor: Actor, @Param('productUid') productUid: string): Promise<void> {
    return this.products.delete(actor, productUid);
  }
}
