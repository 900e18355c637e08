import type { Browser, Page } from 'playwright-core';
import type { WebhooksModule } from 'nestjs-tillhook';
import { ApiClient } from '../../support/api-client.js';
import { createDatabase } from '../../support/databases.js';
import { Receiver } from '../../support/receiver.js';
import { TestHost, type TestHostOptions } from '../../support/test-host.js';
import { startBrowser, watchedPage, type PageOptions, type WatchedPage } from './browser.js';

type ModuleOptions = Partial<Parameters<typeof WebhooksModule.forRoot>[0]>;

/** A host with the portal, a receiver, and a browser. */
export class PortalScene {
  private constructor(
    readonly host: TestHost,
    readonly receiver: Receiver,
    readonly browser: Browser,
    /** URL below which the module is mounted. */
    readonly url: string,
  ) {}

  static async start(
    platform: 'express' | 'fastify' = 'express',
    webhooks: ModuleOptions = { portal: true },
    { mount = '', ...options }: Partial<TestHostOptions> & { readonly mount?: string } = {},
  ): Promise<PortalScene> {
    const database = await createDatabase('sqlite');
    const [receiver, browser] = await Promise.all([Receiver.start(), startBrowser()]);
    const host = await TestHost.start({ ...options, database, platform, webhooks });
    return new PortalScene(host, receiver, browser, host.url + mount);
  }

  /** Opens the portal of a tenant by a link, as its admin does. */
  async open(tenantUid: string, options?: PageOptions & { readOnly?: boolean }): Promise<WatchedPage> {
    const watched = await watchedPage(this.browser, this.host.url, options);
    await watched.page.goto(await this.linkOf(tenantUid, options?.readOnly));
    await watched.page.getByRole('navigation').waitFor();
    return watched;
  }

  /** A new link that opens the portal. */
  async linkOf(tenantUid: string, readOnly = false): Promise<string> {
    const api = new ApiClient(this.url, tenantUid);
    const { body } = await api.post<{ url: string }>('/portallinks', { readOnly });
    return new URL(body.url, `${this.url}/tenants/${tenantUid}/portallinks`).href;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.host.close();
    await this.receiver.close();
  }
}

/** Goes to a page of the portal by its link in the navigation. */
export const goTo = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
};
