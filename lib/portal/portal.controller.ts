import {
  Controller,
  Get,
  Header,
  Headers,
  Inject,
  NotFoundException,
  Param,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { WEBHOOKS_PORTAL } from '../webhooks.tokens.js';
import { portalAsset, portalEntries } from './portal-assets.js';
import { ASSET_HEADERS, ELEMENT_HEADERS, pageHeaders } from './portal-headers.js';
import type { ResolvedPortalOptions } from './portal-options.js';
import { portalPage } from './portal-page.js';
import { setHeaders, type AnyResponse } from './response-headers.js';

/** The members that the requests of Express and Fastify share. */
interface AnyRequest {
  readonly url: string;
  /** Express: the URL as it arrived; `url` may lack the part that a router has consumed. */
  readonly originalUrl?: string;
}

/**
 * Serves the pages and files of the portal. They are the same for everybody and contain nothing of a tenant, so the access
 * policy is not asked: the pages read their data from the admin API.
 */
@ApiExcludeController()
@Controller('portal')
export class PortalController {
  constructor(@Inject(WEBHOOKS_PORTAL) private readonly options: ResolvedPortalOptions) {}

  /** The page. Express also routes `portal/` here; on Fastify, `PortalSlash` redirects it. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Req() request: AnyRequest, @Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    const { frameAncestors: _, ...options } = this.options;
    const base = pathOf(request).endsWith('/') ? './' : 'portal/';
    const page = portalPage({ ...options, operator: false }, await portalEntries(), base);
    setHeaders(response, pageHeaders(this.options));
    return page;
  }

  /** A module that loads the custom element. Its name has no hash, so that pages of the host can name it. */
  @Get('element.js')
  async element(@Res({ passthrough: true }) response: AnyResponse): Promise<string> {
    const { element } = await portalEntries();
    setHeaders(response, ELEMENT_HEADERS);
    return `export * from './${element}';\n`;
  }

  /** A script, a style or a text file of the pages. */
  @Get('assets/:file')
  async asset(
    @Param('file') file: string,
    @Headers('accept-encoding') accepted: string | undefined,
    @Res({ passthrough: true }) response: AnyResponse,
  ): Promise<StreamableFile> {
    const asset = await portalAsset(`assets/${file}`, acceptsGzip(accepted));
    if (!asset) throw new NotFoundException();
    setHeaders(response, { ...ASSET_HEADERS, ...(asset.encoding && { 'content-encoding': asset.encoding }) });
    return new StreamableFile(asset.content, { type: asset.contentType, length: asset.content.length });
  }
}

const pathOf = ({ originalUrl, url }: AnyRequest): string => (originalUrl ?? url).split('?', 1)[0]!;

/** Whether a client takes gzip (RFC 9110, 12.5.3). A weight of 0 means that it does not. */
function acceptsGzip(accepted = ''): boolean {
  const [, weight = '1'] = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)/i.exec(accepted) ?? [, '0'];
  return Number(weight) > 0;
}
