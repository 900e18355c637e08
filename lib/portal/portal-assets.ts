import { gunzipSync } from 'node:zlib';

/** A file of the portal as it is sent. */
export interface PortalAsset {
  readonly content: Uint8Array;
  readonly contentType: string;
  /** `gzip`, or undefined: not compressed. */
  readonly encoding: 'gzip' | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The module is loaded on first use: processes that show no portal do not keep its files in memory. */
const generated = () => import('./generated/assets.js');

/** The pages: the portal of the tenants, and the console of the operators. */
export type PortalSurface = 'portal' | 'operator';

/** Names of the files that a page refers to. */
export async function portalEntries(surface: PortalSurface) {
  return (await generated()).ENTRIES[surface];
}

/**
 * A file of the portal.
 *
 * @param name its name, relative to the portal's folder, e.g. `assets/portal-x1y2.js`
 * @param acceptsGzip whether the client decompresses gzip
 * @returns undefined if there is no such file
 */
export async function portalAsset(name: string, acceptsGzip: boolean): Promise<PortalAsset | undefined> {
  const { FILES } = await generated();
  if (!Object.hasOwn(FILES, name)) return undefined;
  const compressed = Buffer.from(FILES[name]!, 'base64');
  return {
    content: acceptsGzip ? compressed : gunzipSync(compressed),
    contentType: CONTENT_TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream',
    encoding: acceptsGzip ? 'gzip' : undefined,
  };
}
