import { expect } from '@jest/globals';
import type { ApiClient } from './api-client.js';

/** An HTTP transport as the admin API shows it. */
export interface Transport {
  httpTransportUid: string;
  /** Only in the responses that create the transport or rotate its secret. */
  signingSecret?: string;
  createdAt: string;
  lastModifiedAt: string;
  [field: string]: unknown;
}

/** The text that the admin API shows instead of a secret. */
export const MASK = '********';

/** The smallest body that creates a transport. */
export const minimal = { name: 'ERP', url: 'https://erp.example.com/hooks' };

/** A body that creates a transport with a header, a password and a token. */
export const secured = {
  ...minimal,
  headers: [{ key: 'X-Shop', value: 'shop 70' }],
  securityType: 'BASIC_AUTH',
  username: 'shop',
  password: 'geheim',
  token: 'a-token',
};

/** All limits of a transport. */
export const limits = {
  timeoutMs: 5_000,
  maxConcurrency: 3,
  rateLimit: { requests: 10, perSeconds: 60 },
  retryScheduleSeconds: [5, 50],
};

/** Creates a transport. Fails unless the API accepts it. */
export async function createTransport(api: ApiClient, body: object): Promise<Transport> {
  const { status, body: created } = await api.post<Transport>('/httptransports', body);
  expect([status, created]).toEqual([200, expect.any(Object)]);
  return created;
}
