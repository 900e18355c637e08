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
import { WEBHOOKS_OPERATOR_PORTAL } from '../webhooks.tokens.js';
import type { ResolvedPortalOptions } from './portal-options.js';
import { FOLDERS, sendAsset, sendElement, sendPage, type AnyRequest } from './portal-responses.js';
import type { AnyResponse } from './response-headers.js';

/**
 * Serves the operator console. Its path is not below that of the portal: a proxy that publishes `portal` and everything below it
 * does not publish the console, and one that serves only the console needs no path of the portal. As with the portal, the page is
 * the same for everybody and contains nothing secret: it reads its data from the operator routes, which `checkOperator` guards.
 */
@ApiExcludeController()
@Controller(FOLDERS.operator)
export class OperatorPortalController {
  constructor(@Inject(WEBHOOKS_OPERATOR_PORTAL) private readonly options: ResolvedPortalOptions) {}

  /** The page. Express also routes `operatorportal/` here; on Fastify, `PortalSlash` redirects it. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Req() request: AnyRequest, @Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    return sendPage('operator', this.options, request, response);
  }

  @Get('element.js')
  element(@Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    return sendElement('operator', response);
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
