// The upper limit: an undici pool with 64 connections that only sends, without a database, signatures and a log.
import { Pool } from 'undici';
import { bodyOf } from '../body.mjs';

const CONNECTIONS = 64;
/** Number of requests before the measurement starts. */
export const WARM_UP = 2_000;

/** @returns {Promise<{ count: number, seconds: number }>} number of requests with a response, and their duration */
export async function run({ sinkUrls, events }) {
  const { origin, pathname } = new URL(sinkUrls[0]);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  await send(pool, pathname, WARM_UP);
  const start = performance.now();
  await send(pool, pathname, events);
  const seconds = (performance.now() - start) / 1_000;
  await pool.close();
  return { count: events, seconds };
}

async function send(pool, path, count) {
  let next = 0;
  const sender = async () => {
    while (next < count) {
      const body = bodyOf(next++);
      const headers = { 'content-type': 'application/json' };
      const response = await pool.request({ method: 'POST', path, headers, body });
      await response.body.dump();
      if (response.statusCode !== 204) throw new Error(`The sink responded with ${response.statusCode}.`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
}
