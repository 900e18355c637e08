/** A response other than 2xx. */
export class RequestRefused extends Error {
  constructor(
    readonly statusCode: number,
    readonly path: string,
    readonly body: string,
  ) {
    super(`${path} responded with ${statusCode}: ${body}`);
  }
}

/** Talks to the POS back end as one signed-in user of one tenant. */
export class PosClient {
  private constructor(
    private readonly tenantUrl: string,
    private readonly accessToken: string,
  ) {}

  /** Signs in on a till of the tenant `demo`. */
  static async signIn(appUrl: string, userCode: string, password: string): Promise<PosClient> {
    const account = await send(`${appUrl}/v2/account`, 'POST', 'demo-device', { userCode, password });
    return new PosClient(`${appUrl}/v2/tenants/demo`, (account as { accessToken: string }).accessToken);
  }

  get<Body>(path: string): Promise<Body> {
    return send(this.tenantUrl + path, 'GET', this.accessToken) as Promise<Body>;
  }

  /** @throws {RequestRefused} when the response is not 2xx */
  post<Body>(path: string, body: object): Promise<Body> {
    return send(this.tenantUrl + path, 'POST', this.accessToken, body) as Promise<Body>;
  }

  put<Body>(path: string, body: object): Promise<Body> {
    return send(this.tenantUrl + path, 'PUT', this.accessToken, body) as Promise<Body>;
  }
}

async function send(url: string, method: string, bearer: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new RequestRefused(response.status, new URL(url).pathname, text);
  return text === '' ? undefined : JSON.parse(text);
}
