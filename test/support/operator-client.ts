import type { ApiResponse } from './api-client.js';

/** The caller: an operator, the admin of a tenant, or somebody without a token. */
export type OperatorCaller = 'operator' | 'admin' | 'nobody';

const TOKENS: Readonly<Record<OperatorCaller, string | undefined>> = {
  operator: 'operator/manager',
  admin: 'shop:admin',
  nobody: undefined,
};

/** The actor of `operator` in the audit, see `BearerPolicy`. */
export const OPERATOR = 'ops:manager';

/** Calls the operator routes over HTTP. Paths begin after `/webhookoperations`. */
export class OperatorClient {
  constructor(
    private readonly baseUrl: string,
    private readonly caller: OperatorCaller = 'operator',
  ) {}

  get<Body = Record<string, unknown>>(path: string): Promise<ApiResponse<Body>> {
    return this.request('GET', path);
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiResponse<Body>> {
    return this.request('POST', path, body);
  }

  async request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<ApiResponse<Body>> {
    const headers = new Headers({ connection: 'close' });
    const token = TOKENS[this.caller];
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await fetch(`${this.baseUrl}/webhookoperations${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : undefined) as Body,
    };
  }
}
