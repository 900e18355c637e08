import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { chromiumPath } from '../../../scripts/chromium.mjs';

/** A container has no namespaces for the sandbox, and little shared memory. */
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--lang=en-GB'];

/** The browser of this machine. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: ARGS });
}

/** Settings of the browser's own preferences page. */
const BLOCKING = {
  'third-party cookies': { cookie_controls_mode: 1, block_third_party_cookies: true },
  'all stored data': { default_content_setting_values: { cookies: 2 } },
};

/** A browser of a user who blocks cookies. It has a profile of its own, because contexts have no such setting. */
export async function startBlockingBrowser(
  blocked: keyof typeof BLOCKING,
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tillhook-browser-'));
  await mkdir(path.join(folder, 'Default'));
  const preferences = JSON.stringify({ profile: BLOCKING[blocked] });
  await writeFile(path.join(folder, 'Default', 'Preferences'), preferences);
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    args: ARGS,
    reducedMotion: 'reduce',
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly language?: string;
  readonly timeZone?: string;
  /** Origins beside that of the host to which the page may send requests. Default: none. */
  readonly otherOrigins?: readonly string[];
}

/** A page, and the problems that occurred on it. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, violations of the Content Security Policy, and requests to other origins. */
  readonly problems: string[];
  /** URLs of all requests. */
  readonly requests: string[];
}

/** A new page in a context of its own, without animations. */
export async function watchedPage(
  browser: Browser,
  origin: string,
  {
    width = 1280,
    height = 800,
    theme = 'light',
    language = 'en-GB',
    timeZone = 'Europe/Oslo',
    otherOrigins = [],
  }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language,
    timezoneId: timeZone,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // A response that reports an error is a result, which the page shows.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) problems.push(text);
  });
  page.on('request', (request) => {
    requests.push(request.url());
    const isExpected = [origin, ...otherOrigins, 'data:'].some((start) => request.url().startsWith(start));
    if (!isExpected) problems.push(`request to another origin: ${request.url()}`);
  });
  return { page, context, problems, requests };
}
