import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Length of the part of the host name that is kept. A lane stores at most 64 characters. */
const HOST_CHARACTERS = 32;
const RANDOM_BYTES = 9;

/**
 * A name for this process by which an operator recognizes it: host, process id, and a random part that makes it unique, e.g.
 * `web-7f9c:4711:Zk1b0Uu8Vj3p`. Two instances of the module in one process have different names.
 */
export const processName = (): string => {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, HOST_CHARACTERS);
  return `${host}:${process.pid}:${randomBytes(RANDOM_BYTES).toString('base64url')}`;
};
