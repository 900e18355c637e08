import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { ApiProblem, problemOf } from './problem.ts';
import type { paths } from './schema.d.ts';
import type { Session } from './session.ts';

/** A client of the admin API, typed by the module's own OpenAPI document. */
export type Api = Client<paths>;

/**
 * Sends requests of a session. A response that is an error throws `ApiProblem`, so that callers use `data` only.
 *
 * @param baseUrl URL below which the routes are mounted
 */
export function apiClient(baseUrl: string, session: Session): Api {
  const client = createClient<paths>({
    baseUrl: baseUrl.replace(/\/$/, ''),
    credentials: 'same-origin',
    fetch: async (request: Request) => {
      const retry = request.clone();
      const response = await sent(await signedIn(request, session));
      if (response.status !== 401 || !(await session.renew())) return response;
      return sent(await signedIn(retry, session));
    },
  });
  client.use(throwing);
  return client;
}

const throwing: Middleware = {
  onResponse: async ({ response }) => {
    if (!response.ok) throw await problemOf(response);
  },
};

async function signedIn(request: Request, session: Session): Promise<Request> {
  const headers = await session.headers(request.method !== 'GET');
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  return request;
}

async function sent(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiProblem(0, 'NETWORK', []);
  }
}
