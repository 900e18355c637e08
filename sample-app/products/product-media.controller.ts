import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ProductMediaService } from './product-media.service.js';
import { CreateMediaDto, UpdateMediaDto } from './products.dto.js';

@PosController('products/:productUid/media', 'product media')
export class ProductMediaController {
  constructor(private readonly media: ProductMediaService) {}

  @Get()
  @ApiOperation({ summary: "List a product's media" })
  list(@CurrentActor() actor: Actor, @Param('productUid') productUid: string) {
    return this.media.list(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiOperation({ summary: 'Add a picture: PRODUCT_MEDIA_CHANGE' })
  create(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: CreateMediaDto,
  ) {
    return this.media.create(actor, productUid, body);
  }

  @Patch(':mediaUid')
  @AdminOnly()
  @ApiOperation({ summary: 'Change a picture: PRODUCT_MEDIA_CHANGE' })
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('mediaUid') mediaUid: string,
    @Body() body: UpdateMediaDto,
  ) {
    return this.media.update(actor, productUid, mediaUid, body);
  }

  @Delete(':mediaUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiOperation({ summary: 'Delete a picture: PRODUCT_MEDIA_CHANGE' })
  delete(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('mediaUid') mediaUid: string,
  ): Promise<void> {
    return this.media.delete(actor, productUid, mediaUid);
  }
}
