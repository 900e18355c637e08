import type { PoolClient } from 'pg';

const TIMEOUT = /query read timeout/i;

/**
 * Ends a connection on which a query got no answer in time. `pg` only stops waiting for that answer: given back to the pool,
 * a connection that the network has forgotten would be handed out again and again, although a new one would work.
 */
export function endAfterTimeout(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const result = query(...args);
    // Without a promise it was the pool that asked, which gives such a connection up by itself.
    if (isPromise(result)) {
      result.catch(({ message }: { message?: unknown }) => {
        if (typeof message === 'string' && TIMEOUT.test(message)) void client.end();
      });
    }
    return result;
  }) as typeof client.query;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { catch?: unknown } | undefined)?.catch === 'function';
