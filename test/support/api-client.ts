/** A response with its body parsed: JSON, or undefined when there is none. */
export interface ApiResponse<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The caller: `admin` may administer the tenant, `cashier` is known but may not, `nobody` sends no token. */
export type Caller = 'admin' | 'cashier' | 'nobody';

/** Calls the admin API of one tenant over HTTP, as one caller. Paths begin after `/tenants/:tenantUid`. */
export class ApiClient {
  constructor(
    private readonly baseUrl: string,
    private readonly tenantUid: string,
    private readonly caller: Caller = 'admin',
  ) {}

  get<Body>(path: string): Promise<ApiResponse<Body>> {
    return this.request('GET', path);
  }

  post<Body>(path: string, body: unknown): Promise<ApiResponse<Body>> {
    return this.request('POST', path, body);
  }

  put<Body>(path: string, body: unknown): Promise<ApiResponse<Body>> {
    return this.request('PUT', path, body);
  }

  patch<Body>(path: string, body: unknown): Promise<ApiResponse<Body>> {
    return this.request('PATCH', path, body);
  }

  delete<Body>(path: string): Promise<ApiResponse<Body>> {
    return this.request('DELETE', path);
  }

  /** Sends the body as JSON, or a string unchanged, so that a test can send text that is not JSON. */
  async request<Body>(method: string, path: string, body?: unknown): Promise<ApiResponse<Body>> {
    const headers = new Headers({ connection: 'close' });
    if (this.caller !== 'nobody') headers.set('authorization', `Bearer ${this.tenantUid}:${this.caller}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await fetch(`${this.baseUrl}/tenants/${this.tenantUid}${path}`, {
      method,
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : undefined) as Body,
    };
  }
}
