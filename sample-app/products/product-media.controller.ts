import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { ProductMediaService } from './product-media.service.js';
import { CreateMediaDto, UpdateMediaDto } from './products.dto.js';
import { MediaListView, MediaView } from './products.view.js';

@PosController('products/:productUid/media', 'product media')
export class ProductMediaController {
  constructor(private readonly media: ProductMediaService) {}

  @Get()
  @ApiResponses("List a product's media", MediaListView, 404)
  list(@CurrentActor() actor: Actor, @Param('productUid') productUid: string): Promise<MediaListView> {
    return this.media.list(actor, productUid);
  }

  @Post()
  @HttpCode(200)
  @AdminOnly()
  @ApiResponses('Add a picture: PRODUCT_MEDIA_CHANGE', MediaView, 400, 404, 409)
  create(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Body() body: CreateMediaDto,
  ): Promise<MediaView> {
    return this.media.create(actor, productUid, body);
  }

  @Patch(':mediaUid')
  @AdminOnly()
  @ApiResponses('Change a picture: PRODUCT_MEDIA_CHANGE', MediaView, 400, 404)
  update(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('mediaUid') mediaUid: string,
    @Body() body: UpdateMediaDto,
  ): Promise<MediaView> {
    return this.media.update(actor, productUid, mediaUid, body);
  }

  @Delete(':mediaUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiResponses('Delete a picture: PRODUCT_MEDIA_CHANGE', undefined, 404)
  delete(
    @CurrentActor() actor: Actor,
    @Param('productUid') productUid: string,
    @Param('mediaUid') mediaUid: string,
  ): Promise<void> {
    return this.media.delete(actor, productUid, mediaUid);
  }
}
