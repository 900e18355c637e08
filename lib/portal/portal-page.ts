import type { ResolvedPortalOptions } from './portal-options.js';

/** Files of the portal that the page names. */
export interface PageFiles {
  readonly script: string;
  readonly preload: readonly string[];
  readonly styles: readonly string[];
}

/** The configuration that the page reads from its block of data. */
export interface PageConfig extends Omit<ResolvedPortalOptions, 'frameAncestors'> {
  /** Whether it is the console of the operator. */
  readonly operator: boolean;
}

/**
 * The HTML of the portal. It contains no script of its own and no style: its configuration is a block of data.
 *
 * @param base URL of the folder of the page, relative to the URL that was requested: all other URLs are relative to it, so
 *   the page works under any prefix, and behind proxies that remove a part of the path
 */
export function portalPage(
  config: PageConfig,
  files: PageFiles,
  base: './' | 'portal/' | 'operatorportal/',
): string {
  const lines = [
    '<!doctype html>',
    `<html lang="${escaped(config.language ?? 'en')}" data-theme="${config.theme}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<base href="${base}">`,
    `<title>${escaped(config.title)}</title>`,
    ...files.styles.map((file) => `<link rel="stylesheet" href="${file}">`),
    ...files.preload.map((file) => `<link rel="modulepreload" href="${file}">`),
    `<script type="module" src="${files.script}"></script>`,
    '</head>',
    '<body>',
    '<div id="portal"></div>',
    `<script type="application/json" id="portal-config">${dataBlock(config)}</script>`,
    '</body>',
    '</html>',
    '',
  ];
  return lines.join('\n');
}

/** JSON that cannot end its element, whatever it contains. */
const dataBlock = (value: unknown): string => JSON.stringify(value).replace(/</g, '\\u003c');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
