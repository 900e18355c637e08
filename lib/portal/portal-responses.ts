import { NotFoundException, StreamableFile } from '@nestjs/common';
import { portalAsset, portalEntries, type PortalSurface } from './portal-assets.js';
import { ASSET_HEADERS, ELEMENT_HEADERS, pageHeaders } from './portal-headers.js';
import type { ResolvedPortalOptions } from './portal-options.js';
import { portalPage } from './portal-page.js';
import { setHeaders, type AnyResponse } from './response-headers.js';

/** The members that the requests of Express and Fastify share. */
export interface AnyRequest {
  readonly url: string;
  /** Express: the URL as it arrived; `url` may lack the part that a router has consumed. */
  readonly originalUrl?: string;
}

/** First segment of the path of each page. Files of a page are below it, so a proxy can publish one page and not the other. */
export const FOLDERS = { portal: 'portal', operator: 'operatorportal' } as const satisfies Readonly<
  Record<PortalSurface, string>
>;

/**
 * The HTML of a page, and its headers.
 *
 * @param surface which page it is
 */
export async function sendPage(
  surface: PortalSurface,
  options: ResolvedPortalOptions,
  request: AnyRequest,
  response: AnyResponse,
): Promise<string> {
  const { frameAncestors: _, ...config } = options;
  const base = pathOf(request).endsWith('/') ? './' : (`${FOLDERS[surface]}/` as const);
  const files = await portalEntries(surface);
  const page = portalPage({ ...config, operator: surface === 'operator' }, files, base);
  setHeaders(response, pageHeaders(options));
  return page;
}

/** A module that loads the custom element of a page. Its name has no hash, so that pages of the host can name it. */
export async function sendElement(surface: PortalSurface, response: AnyResponse): Promise<string> {
  const { element } = await portalEntries(surface);
  setHeaders(response, ELEMENT_HEADERS);
  return `export * from './${element}';\n`;
}

/**
 * A script, a style or a text file of the pages.
 *
 * @param file its name, as in the path
 * @param accepted the header `accept-encoding` of the request
 * @throws {NotFoundException} if there is no such file
 */
export async function sendAsset(
  file: string,
  accepted: string | undefined,
  response: AnyResponse,
): Promise<StreamableFile> {
  const asset = await portalAsset(`assets/${file}`, acceptsGzip(accepted));
  if (!asset) throw new NotFoundException();
  setHeaders(response, { ...ASSET_HEADERS, ...(asset.encoding && { 'content-encoding': asset.encoding }) });
  return new StreamableFile(asset.content, { type: asset.contentType, length: asset.content.length });
}

const pathOf = ({ originalUrl, url }: AnyRequest): string => (originalUrl ?? url).split('?', 1)[0]!;

/** Whether a client takes gzip (RFC 9110, 12.5.3). A weight of 0 means that it does not. */
function acceptsGzip(accepted = ''): boolean {
  const [, weight = '1'] = /(?:^|,)\s*gzip\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)/i.exec(accepted) ?? [, '0'];
  return Number(weight) > 0;
}
