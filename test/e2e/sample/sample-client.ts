/** A response with its body parsed, if it has one. */
export interface SampleResponse<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
}

export type Call = <Body = Record<string, unknown>>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<SampleResponse<Body>>;

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
