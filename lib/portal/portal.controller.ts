import {
  Controller,
  Get,
  Header,
  Headers,
  Inject,
  Param,
  Req,
  Res,
  type StreamableFile,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WEBHOOKS_PORTAL } from '../webhooks.tokens.js';
import type { ResolvedPortalOptions } from './portal-options.js';
import { FOLDERS, sendAsset, sendElement, sendPage, type AnyRequest } from './portal-responses.js';
import type { AnyResponse } from './response-headers.js';

/**
 * Serves the pages and files of the portal. They are the same for everybody and contain nothing of a tenant, so the access
 * policy is not asked: the pages read their data from the admin API.
 */
@ApiExcludeController()
@Controller(FOLDERS.portal)
export class PortalController {
  constructor(@Inject(WEBHOOKS_PORTAL) private readonly options: ResolvedPortalOptions) {}

  /** The page. Express also routes `portal/` here; on Fastify, `PortalSlash` redirects it. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: AnyRequest, @Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    return sendPage('portal', this.options, request, response);
  }

  @Get('element.js')
  element(@Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    return sendElement('portal', response);
  }

  @Get('assets/:file')
  asset(
    @Param('file') file: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res({ passthrough: true }) response: AnyResponse,
  ): Promise<StreamableFile> {
    return sendAsset(file, accepted, response);
  }
}
