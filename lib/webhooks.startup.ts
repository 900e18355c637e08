import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { describeStart } from './operations/describe-start.js';
import { WebhooksLogger } from './operations/webhooks-logger.js';
import { DATABASE, type Database } from './persistence/ports/database.js';
import { STORES, type Stores } from './persistence/ports/stores.js';
import { SECRET_BOX, type SecretBox } from './secrets/secret-box.js';
import type { WebhooksInstance } from './webhooks.instances.js';
import type { ResolvedWebhooksOptions } from './webhooks.resolved-options.js';
import {
  WEBHOOKS_INSTANCE,
  WEBHOOKS_USES_SECRETS,
  WEBHOOKS_OPTIONS,
  WEBHOOKS_WORKER_ENABLED,
} from './webhooks.tokens.js';

/** Logs one line at start-up that describes which functions this process has switched on. */
@Injectable()
export class WebhooksStartup implements OnApplicationBootstrap {
  readonly #logger = new WebhooksLogger();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Stores,
    @Inject(SECRET_BOX) private readonly secrets: SecretBox,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(WEBHOOKS_WORKER_ENABLED) private readonly hasWorker: boolean,
    @Inject(WEBHOOKS_USES_SECRETS) private readonly usesSecrets: boolean,
    @Inject(WEBHOOKS_INSTANCE) private readonly instance: WebhooksInstance,
    private readonly adapterHost: HttpAdapterHost,
    private readonly moduleRef: ModuleRef,
  ) {}

  onApplicationBootstrap(): void {
    const { concurrency, deliveryEnabled, egress, environment, wakeUps, pollMs } = this.options;
    const carrier = wakeUps.redis ? 'redis' : 'postgres';
    this.#logger.log(
      describeStart({
        instance: this.instance.name,
        database: this.database.description,
        worker: this.hasWorker ? { concurrency, isSending: deliveryEnabled } : undefined,
        adminPath: this.#mountedPath,
        allowsHttp: egress.allowHttp,
        keyIds: this.usesSecrets ? this.secrets.keyIds : undefined,
        environment,
        wakeUps: this.stores.workCheck ? carrier : 'none',
        pollMs,
      }),
    );
  }

  /** Undefined: no controllers, or an application without an HTTP server. */
  get #mountedPath(): string | undefined {
    const hasServer = Boolean(this.adapterHost.httpAdapter);
    const { path } = this.instance;
    if (path === undefined || !hasServer) return undefined;
    const prefixes = [globalPrefixOf(this.moduleRef), path];
    return prefixes.map((prefix) => prefix.replace(/^\/*(.*?)\/*$/, '$1')).reduce(joined, '');
  }
}

const joined = (path: string, prefix: string): string => (prefix === '' ? path : `${path}/${prefix}`);

/**
 * Reads the prefix of `app.setGlobalPrefix()` from a property of `ModuleRef` that is not public. The prefix is only used in
 * the log line. If it cannot be read, the line shows the module's own path.
 */
function globalPrefixOf(moduleRef: ModuleRef): string {
  const { container } = moduleRef as unknown as {
    container?: { applicationConfig?: { getGlobalPrefix?: () => string } };
  };
  return container?.applicationConfig?.getGlobalPrefix?.() ?? '';
}
