import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { AdminPaths } from '../admin/platform/admin-paths.js';
import { mountOf } from '../admin/platform/mount.js';
import { WEBHOOKS_PATH } from '../webhooks.tokens.js';
import { FOLDERS } from './portal-responses.js';

/** Injection token of the controllers of the pages that are mounted. */
export const PORTAL_PAGES = 'nestjs-tillhook:PortalPages';

/** Paths that end with the folder of a page and a slash. */
const PAGE_WITH_SLASH = new RegExp(`/(${Object.values(FOLDERS).join('|')})/$`);

interface Request {
  readonly method: string;
  readonly url: string;
  readonly is404: boolean;
}

interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
  send(): Reply;
}

interface FastifyApp {
  addHook(name: 'onRequest', hook: (request: Request, reply: Reply) => Promise<unknown>): unknown;
}

/**
 * Redirects `portal/` to `portal`, and `operatorportal/` to `operatorportal`, on Fastify: Nest has no route that ends with a
 * slash, and Fastify distinguishes the two. The redirection is relative, so it works behind proxies that strip a part of the
 * path, and browsers keep the fragment.
 */
@Injectable()
export class PortalSlash implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    @Inject(WEBHOOKS_PATH) private readonly path: string,
    @Inject(PORTAL_PAGES) private readonly pages: readonly Type[],
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    if (adapter?.getType() !== 'fastify') return;
    const paths = new AdminPaths(this.pages, mountOf(this.config, this.path));
    adapter.getInstance<FastifyApp>().addHook('onRequest', async ({ is404, method, url }, reply) => {
      const [path = ''] = url.split('?', 1);
      const isRead = method === 'GET' || method === 'HEAD';
      const folder = PAGE_WITH_SLASH.exec(path)?.[1];
      if (!is404 || !isRead || !folder || !paths.includes(path.slice(0, -1))) return undefined;
      return reply.status(308).header('location', `../${folder}`).send();
    });
  }
}
