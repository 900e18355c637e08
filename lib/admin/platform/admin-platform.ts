import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { ADMIN_CONTROLLERS, WEBHOOKS_PATH } from '../../webhooks.tokens.js';
import { AdminPaths } from './admin-paths.js';
import { extendExpress, type ExpressApp } from './express.js';
import { respondToParserErrors, respondToUnsupportedMethods, type FastifyApp } from './fastify.js';
import { mountOf } from './mount.js';
import { UnsupportedMethods } from './unsupported-methods.js';

/**
 * Responds to requests to the admin API that reach no controller: requests that the platform cannot parse, and requests
 * with a method that no route supports. Requests to other paths, and errors of the host, are left to the host.
 */
@Injectable()
export class AdminPlatform implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly methods: UnsupportedMethods,
    @Inject(ADMIN_CONTROLLERS) private readonly controllers: readonly Type[],
    @Inject(WEBHOOKS_PATH) private readonly path: string,
  ) {
    // Fastify reads the error handler of a route when it registers the route, which is before any hook of a module. In a
    // testing module the adapter is created after the providers.
    if (adapterHost.httpAdapter) this.#respondToParserErrors();
    else adapterHost.init$.subscribe(() => this.#respondToParserErrors());
  }

  /** Nest calls this after it has registered all routes, and before it registers its handlers for unknown routes and errors. */
  onModuleInit(): void {
    const adapter = this.adapterHost.httpAdapter;
    const platform = adapter?.getType();
    if (platform === 'express') extendExpress(adapter.getInstance<ExpressApp>(), this.#paths(), this.methods);
    if (platform === 'fastify')
      respondToUnsupportedMethods(adapter.getInstance<FastifyApp>(), this.#paths(), this.methods);
  }

  #respondToParserErrors(): void {
    const adapter = this.adapterHost.httpAdapter;
    if (adapter.getType() !== 'fastify') return;
    respondToParserErrors(adapter.getInstance<FastifyApp>(), () => this.#paths());
  }

  /** Created anew each time: a host may change its prefix until it starts. */
  #paths(): AdminPaths {
    return new AdminPaths(this.controllers, mountOf(this.config, this.path));
  }
}
