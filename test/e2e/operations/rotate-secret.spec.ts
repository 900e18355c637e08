import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { Receiver, verifySignature } from '../../support/receiver.js';
import { storedTransport } from '../../support/stored-transport.js';
import { TestHost } from '../../support/test-host.js';

interface Created {
  signingSecret: string;
  [field: string]: unknown;
}

const PATH = '/httptransports/erp';
const GENERATED = /^whsec_[A-Za-z0-9+/]{43}=$/;
const imported = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const TAKES_EFFECT_WITHIN_MS = 1_000;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('rotating a signing secret', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(async () => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: 'https://erp.example.com',
      });
    });

    it('responds with the transport and a new secret, which is never shown again', async () => {
      const before = await api.get<object>(PATH);
      const { status, body } = await api.request<Created>('POST', `${PATH}/rotatesecret`);
      const { signingSecret, lastModifiedAt, ...rest } = body;
      expect([status, signingSecret]).toEqual([200, expect.stringMatching(GENERATED)]);
      expect({ ...rest, lastModifiedAt: expect.anything() }).toEqual({
        ...before.body,
        lastModifiedAt: expect.anything(),
      });
      const after = await api.get(PATH);
      expect(after.body).toEqual({ ...rest, lastModifiedAt });
      expect(JSON.stringify((await api.get('/httptransports')).body)).not.toContain('whsec_');
    });

    it('stores at most three secrets, and stores a secret once if it is imported repeatedly', async () => {
      const stored = async () =>
        JSON.parse((await storedTransport(host(), tenantUid, 'erp')).signing_secrets as string) as {
          secret: string;
          expiresAt: number | null;
        }[];
      for (const byte of [1, 2, 3, 4, 3, 3]) {
        const response = await api.post<Created>(`${PATH}/rotatesecret`, { signingSecret: imported(byte) });
        expect([response.status, response.body.signingSecret]).toEqual([200, imported(byte)]);
      }
      const secrets = await stored();
      expect(secrets.map(({ secret }) => secret)).toEqual(
        [imported(3), imported(4), imported(2)].map((secret) => `v0:${secret}`),
      );
      expect(secrets[0]!.expiresAt).toBeNull();
      const overlapMs = secrets[1]!.expiresAt! - Date.now();
      expect(Math.abs(overlapMs - 24 * 3_600_000)).toBeLessThan(10_000);
      await api.post(`${PATH}/rotatesecret`, { overlapHours: 0 });
      expect(await stored()).toHaveLength(1);
    });

    it('loses nothing when rotations and updates come at once', async () => {
      const responses = await Promise.all([
        api.post<Created>(`${PATH}/rotatesecret`, {}),
        api.post<Created>(`${PATH}/rotatesecret`, {}),
        api.patch<Created>(PATH, { maxConcurrency: 5 }),
      ]);
      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
      const row = await storedTransport(host(), tenantUid, 'erp');
      for (const { body } of responses.slice(0, 2)) expect(row.signing_secrets).toContain(body.signingSecret);
      expect(JSON.parse(row.signing_secrets as string)).toHaveLength(3);
      expect(row.max_concurrency).toBe(5);
    });

    it.each([
      [{ overlapHours: -1 }, 'VALIDATION_FAILED'],
      [{ overlapHours: 168.1 }, 'VALIDATION_FAILED'],
      [{ overlapHours: '24' }, 'VALIDATION_FAILED'],
      [{ overlapHours: null }, 'VALIDATION_FAILED'],
      [{ signingSecret: null }, 'VALIDATION_FAILED'],
      [{ signingSecret: 'x'.repeat(129) }, 'VALIDATION_FAILED'],
      [{ secret: imported(1) }, 'VALIDATION_FAILED'],
      [{ signingSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, 'INVALID_SIGNING_SECRET'],
      [{ signingSecret: `whsec_${Buffer.alloc(23, 7).toString('base64')}` }, 'INVALID_SIGNING_SECRET'],
      [{ signingSecret: `whsec_${Buffer.alloc(65, 7).toString('base64')}` }, 'INVALID_SIGNING_SECRET'],
      [{ signingSecret: imported(1).slice('whsec_'.length) }, 'INVALID_SIGNING_SECRET'],
    ])('refuses %j and keeps the present secret', async (body, code) => {
      const before = await storedTransport(host(), tenantUid, 'erp');
      const response = await api.post<{ code: string }>(`${PATH}/rotatesecret`, body);
      expect([response.status, response.body.code]).toEqual([400, code]);
      if ('signingSecret' in body && body.signingSecret !== null)
        expect(JSON.stringify(response.body)).not.toContain(body.signingSecret);
      expect(await storedTransport(host(), tenantUid, 'erp')).toEqual(before);
    });

    it('is 404 for a transport that does not exist', async () => {
      const response = await api.request<{ code: string }>('POST', '/httptransports/none/rotatesecret');
      expect([response.status, response.body.code]).toEqual([404, 'HTTP_TRANSPORT_NOT_FOUND']);
    });
  });
});

describe('a request after a rotation', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenantUid: string;
    let api: ApiClient;
    let first: string;

    beforeAll(async () => {
      const keys = [{ id: 'k1', key: Buffer.alloc(32, 1) }];
      host = await TestHost.start({ database: database(), webhooks: { encryption: { keys } } });
      receiver = await Receiver.start();
    });
    afterAll(async () => {
      await receiver?.close();
      await host?.close();
    });
    beforeEach(async () => {
      tenantUid = newTenant();
      api = host.api(tenantUid);
      const created = await api.post<Created>('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: receiver.url,
      });
      first = created.body.signingSecret;
      await api.post(`${PATH}/webhooks`, { action: 'ORDER_SETTLED' });
    });
    afterEach(() => receiver.reset());

    const rotate = async (body: object = {}): Promise<string> => {
      const response = await api.post<Created>(`${PATH}/rotatesecret`, body);
      await sleep(TAKES_EFFECT_WITHIN_MS);
      return response.body.signingSecret;
    };
    /** Has an event delivered. @returns the secrets that signed it, in the order of the signatures */
    const signedWith = async (...secrets: string[]): Promise<string[]> => {
      const { length } = receiver.requests;
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid });
      const request = (await receiver.waitFor(length + 1))[length]!;
      return request.headers['webhook-signature']!.split(' ').map((signature) => {
        const alone = { ...request, headers: { ...request.headers, 'webhook-signature': signature } };
        return secrets.find((secret) => isValid(() => verifySignature(alone, secret))) ?? 'nobody';
      });
    };

    it('carries both signatures during the overlap, the new one first', async () => {
      const second = await rotate();
      expect(await signedWith(first, second)).toEqual([second, first]);
      const third = await rotate({ overlapHours: 168, signingSecret: imported(9) });
      expect(await signedWith(first, second, third)).toEqual([third, second, first]);
    });

    it('carries the new signature alone once the overlap has ended', async () => {
      const second = await rotate({ overlapHours: 4 / 3_600 });
      expect(await signedWith(first, second)).toEqual([second, first]);
      await sleep(3_200);
      expect(await signedWith(first, second)).toEqual([second]);
    });

    it('carries the new signature alone if the last rotation has no overlap, even if earlier ones had one', async () => {
      const second = await rotate();
      const third = await rotate({ overlapHours: 0 });
      expect(await signedWith(first, second, third)).toEqual([third]);
    });

    it('is verified by a receiver that has the secret of either of two simultaneous rotations', async () => {
      const [one, other] = await Promise.all([rotate(), rotate()]);
      const signers = await signedWith(first, one, other);
      expect(signers).toHaveLength(3);
      expect(new Set(signers)).toEqual(new Set([first, one, other]));
      expect(signers[2]).toBe(first);
    });
  });
});

function isValid(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
