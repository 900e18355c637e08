import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { AdminPaths } from '../admin/platform/admin-paths.js';
import { mountOf } from '../admin/platform/mount.js';
import { WEBHOOKS_PATH } from '../webhooks.tokens.js';
import { PortalController } from './portal.controller.js';

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
 * Redirects `portal/` to `portal` on Fastify: Nest has no route that ends with a slash, and Fastify distinguishes the two. The
 * redirection is relative, so it works behind proxies that strip a part of the path, and browsers keep the fragment.
 */
@Injectable()
export class PortalSlash implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    @Inject(WEBHOOKS_PATH) private readonly path: string,
  ) {}

  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    if (adapter?.getType() !== 'fastify') return;
    const paths = new AdminPaths([PortalController], mountOf(this.config, this.path));
    adapter.getInstance<FastifyApp>().addHook('onRequest', async ({ is404, method, url }, reply) => {
      const [path = ''] = url.split('?', 1);
      const isRead = method === 'GET' || method === 'HEAD';
      if (!is404 || !isRead || !path.endsWith('/portal/') || !paths.includes(path.slice(0, -1)))
        return undefined;
      return reply.status(308).header('location', '../portal').send();
    });
  }
}
