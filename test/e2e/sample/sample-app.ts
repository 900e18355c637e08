import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig } from '../../../sample-app/config/app-config.js';
import { createApp } from '../../../sample-app/create-app.js';
import type { TestDatabase } from '../../support/test-database.js';
import { type Call, callWith, signIn } from './sample-client.js';

/** The sample app, running in this process on a free port. */
export class SampleApp {
  private constructor(
    private readonly app: NestExpressApplication,
    readonly url: string,
  ) {}

  /** Starts it on the given database. `env` adds environment variables, or replaces those of this class. */
  static async start(database: TestDatabase, env: Record<string, string> = {}): Promise<SampleApp> {
    const fast = { WEBHOOKS_POLL_MS: '20', WEBHOOKS_RETRY_SCHEDULE_MS: '50,50,50' };
    const app = await createApp(loadConfig({ PORT: '0', DATABASE_URL: database.url, ...fast, ...env }));
    await app.listen(0, '127.0.0.1');
    return new SampleApp(app, await app.getUrl());
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** Returns a provider of the running app. */
  get<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  /** Calls any route, with any bearer token or none. */
  callWith(token: string | undefined): Call {
    return callWith(this.url, token);
  }

  /** Signs a user in, and calls routes of the user's tenant from then on. */
  async signIn(userCode = 'admin', tenantUid = 'demo'): Promise<Call> {
    return signIn(this.url, userCode, tenantUid);
  }
}
