import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig } from '../../../sample-app/config/app-config.js';
import { createApp } from '../../../sample-app/create-app.js';
import type { TestDatabase } from '../../support/test-database.js';

/** An answer with its body parsed, where it has one. */
export interface ApiAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
}

export type Call = <Body = Record<string, unknown>>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<ApiAnswer<Body>>;

/** The sample app, running in this process on a free port. */
export class SampleApp {
  private constructor(
    private readonly app: NestExpressApplication,
    readonly url: string,
  ) {}

  /** Starts it on the given database; `env` may say more, or otherwise. */
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

/** Calls routes below `baseUrl`. */
export function callWith(baseUrl: string, token: string | undefined): Call {
  return async <Body>(method: string, path: string, body?: unknown) => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  };
}

/** The access token of a seeded user. */
export async function accessToken(baseUrl: string, userCode: string, tenantUid = 'demo'): Promise<string> {
  const account = callWith(baseUrl, `${tenantUid}-device`);
  const credentials = { userCode, password: userCode };
  const { body } = await account<{ accessToken: string }>('POST', '/v2/account', credentials);
  return body.accessToken;
}

/** Signs a seeded user in, and calls routes of the user's tenant from then on. */
export async function signIn(baseUrl: string, userCode = 'admin', tenantUid = 'demo'): Promise<Call> {
  return callWith(`${baseUrl}/v2/tenants/${tenantUid}`, await accessToken(baseUrl, userCode, tenantUid));
}
