import type { PoolClient } from 'pg';

const TIMEOUT = /query read timeout/i;

/**
 * Ends a connection on which a query timed out. `pg` only stops waiting for the result. If the network has dropped the
 * connection and the pool gets it back, the pool hands it out again and again, although a new one would work.
 */
export function endAfterTimeout(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const result = query(...args);
    // Calls without a promise come from the pool, which discards such a connection itself.
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
