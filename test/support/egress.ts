import { EgressClient } from '../../lib/egress/egress-client.js';
import type { EgressClientOptions, EgressRequest, EgressResponse } from '../../lib/egress/egress-client.js';
import { EgressError } from '../../lib/errors/egress.errors.js';

/** The only range of loopback that the clients of these tests may call. */
export const ALLOWED_RANGE = '127.0.1.0/24';

/** A client with the guard on, except for {@link ALLOWED_RANGE} and `http:`. */
export const egressClient = (options: Partial<EgressClientOptions> = {}): EgressClient =>
  new EgressClient({
    allowCidrs: [ALLOWED_RANGE],
    allowHttp: true,
    dnsServers: [],
    connectionsPerOrigin: 8,
    ...options,
  });

/** Sends a small POST as an attempt would. */
export const post = (
  client: EgressClient,
  url: string,
  request: Partial<EgressRequest> = {},
): Promise<EgressResponse> =>
  new Promise((resolve, reject) =>
    client.send(
      {
        url: client.checkUrl(url),
        method: 'POST',
        headers: ['content-type', 'application/json'],
        body: '{"action":"ORDER_SETTLED"}',
        timeoutMs: 5_000,
        ...request,
      },
      (result) => (result instanceof EgressError ? reject(result) : resolve(result)),
    ),
  );

/** The code of the error that a request failed with. */
export async function failureOf(request: Promise<unknown>): Promise<EgressError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof EgressError) return error;
    throw error;
  }
  throw new Error('The request succeeded.');
}
