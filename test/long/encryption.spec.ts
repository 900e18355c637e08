import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EncryptionKeyMissingError,
  EncryptionKeyRotation,
  InvalidOptionError,
  rotateEncryptionKeys,
} from 'nestjs-tillhook';
import type { EncryptionKey, RotationProgress } from 'nestjs-tillhook';
import { SecretBox } from '../../lib/secrets/secret-box.js';
import { transportSecret } from '../../lib/secrets/transport-secrets.js';
import { createMigratedDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver, verifySignature } from '../support/receiver.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
const OLD: EncryptionKey = { id: 'k1', key: randomBytes(32) };
const NEW: EncryptionKey = { id: 'k2', key: randomBytes(32) };
const HEADER = { key: 'X-Api-Key', value: 'header value' };

interface Row {
  http_transport_uid: string;
  password: string | null;
  token: string | null;
  headers: string;
  signing_secrets: string;
  encrypted_with: string;
  version: number | string;
  last_modified_at: number | string;
}

describe.each(DATABASE_KINDS)('secrets at rest, on %s', (kind) => {
  let database: TestDatabase;
  let receiver: Receiver;
  let logger: LogCapture;
  let host: TestHost;
  let signingSecret: string;

  beforeEach(async () => {
    database = await createMigratedDatabase(kind);
    receiver = await Receiver.start();
    logger = new LogCapture();
    host = await TestHost.start({ database, webhooks: { worker: false } });
    await host.close();
  });
  const { NODE_ENV } = process.env;
  afterEach(async () => {
    process.env['NODE_ENV'] = NODE_ENV;
    await host.close();
    await receiver.close();
    await database.drop();
  });

  const start = async (webhooks: object = {}): Promise<TestHost> => {
    host = await TestHost.start({ database, webhooks: { worker: false, ...webhooks }, logger });
    return host;
  };
  const restart = async (...keys: EncryptionKey[]): Promise<TestHost> => {
    await host.close();
    return start({ encryption: { keys } });
  };
  const refusal = async (webhooks: object): Promise<unknown> => {
    await host.close();
    return TestHost.start({ database, webhooks: { worker: false, ...webhooks }, logger }).then(
      (started) => started.close(),
      (error: unknown) => error,
    );
  };
  const createTransport = async (uid: string): Promise<void> => {
    const { status, body } = await host.api(TENANT).post<{ signingSecret: string }>('/httptransports', {
      httpTransportUid: uid,
      name: 'ERP',
      url: receiver.url,
      securityType: 'BASIC_AUTH',
      username: 'till',
      password: 'password value',
      token: 'token-value',
      headers: [HEADER],
    });
    expect(status).toBe(200);
    signingSecret = body.signingSecret;
    await host.api(TENANT).post(`/httptransports/${uid}/webhooks`, { action: '*' });
  };
  const rows = (): Promise<Row[]> =>
    host.dataSource.query<Row[]>('SELECT * FROM webhook_http_transport ORDER BY id');
  const keyOf = ({ encrypted_with }: Row): string => encrypted_with;
  /** The ids of the keys with which the secrets of a row are encrypted, read from its columns. */
  const keysIn = (row: Row): string[] => [
    ...new Set([...JSON.stringify(row).matchAll(/v1:([^:]+):/g)].map(([, id]) => id!)),
  ];
  /** Starts a worker with the keys, and expects that its request carries every secret in plain text. */
  const expectDelivery = async (uid: string, ...keys: EncryptionKey[]): Promise<void> => {
    await host.close();
    await start({ worker: true, encryption: { keys } });
    receiver.reset();
    await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
    const [request] = await receiver.waitFor(1);
    expect([uid, request!.headers['authorization']]).toEqual([
      uid,
      `Basic ${Buffer.from('till:password value').toString('base64')}`,
    ]);
    expect(request!.headers['x-api-key']).toBe(HEADER.value);
    verifySignature(request!, signingSecret);
  };

  it('are all encrypted with the first key, and decrypted for delivery', async () => {
    await restart(NEW, OLD);
    await createTransport('erp');
    const [row] = await rows();
    expect(keysIn(row!)).toEqual(['k2']);
    expect(row!.encrypted_with).toBe('k2');
    const dump = JSON.stringify(row);
    for (const secret of ['password value', 'token-value', HEADER.value, signingSecret])
      expect(dump).not.toContain(secret);
    await expectDelivery('erp', NEW, OLD);
  });

  it('keep a process without their key from starting, with an error that names the key', async () => {
    await restart(OLD);
    await createTransport('erp');
    for (const webhooks of [{ encryption: { keys: [NEW] } }, {}]) {
      const error = await refusal(webhooks);
      expect(error).toBeInstanceOf(EncryptionKeyMissingError);
      expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_MISSING', missing: ['k1'] });
    }
    // A process that only emits decrypts no secret, so it needs no keys.
    await start({ controllers: false });
  });

  it('are encrypted with the new key by a request that changes the transport, and by no other', async () => {
    await restart(OLD);
    await createTransport('a');
    await createTransport('b');
    await restart(NEW, OLD);
    await host.api(TENANT).patch('/httptransports/a', { name: 'Renamed' });
    await host.api(TENANT).patch('/httptransports/b', { name: 'ERP' });
    expect((await rows()).map((row) => [row.encrypted_with, keysIn(row)])).toEqual([
      ['k2', ['k2']],
      ['k1', ['k1']],
    ]);
    await host.api(TENANT).put('/httptransports/b', {
      name: 'Replaced',
      url: receiver.url,
      headers: [{ key: HEADER.key, value: '********' }],
      securityType: 'BASIC_AUTH',
      username: 'till',
    });
    expect((await rows()).map(keyOf)).toEqual(['k2', 'k2']);
    await host.api(TENANT).delete('/httptransports/a');
    await expectDelivery('b', NEW);
  });

  it('move to a new key by a rotation: in batches, with progress, while others change them; then the old key can be removed', async () => {
    await restart(OLD);
    await createTransport('t0');
    const count = 250;
    // Copies of an encrypted row could not be decrypted, so each transport is created over REST; few at a time, because a
    // request fails if no connection becomes free in time.
    const others = Array.from({ length: count - 1 }, (_, index) => index + 1);
    while (others.length > 0) {
      const responses = await Promise.all(
        others.splice(0, 25).map((number) =>
          host.api(TENANT).post('/httptransports', {
            httpTransportUid: `t${number}`,
            name: 'ERP',
            url: receiver.url,
            securityType: 'BEARER_TOKEN',
            token: `token-${number - 1}`,
          }),
        ),
      );
      expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
    }
    await restart(NEW, OLD);
    const before = await rows();
    expect(before).toHaveLength(count);
    const progress: RotationProgress[] = [];
    const rotation = host.app.get(EncryptionKeyRotation, { strict: false });
    const isChanged = (index: number): boolean => index % 2 === 1;
    const change = (index: number): Promise<unknown> =>
      host.api(TENANT).patch(`/httptransports/t${index}`, { token: `changed-${index}` });
    const [result] = await Promise.all([
      rotation.run({ onProgress: (step) => progress.push(step) }),
      ...[...before.keys()].filter(isChanged).map(change),
    ]);
    expect(result).toMatchObject({ total: count, unreadable: [] });
    expect(progress.length).toBeGreaterThanOrEqual(3);
    expect(progress.at(-1)).toEqual({ reencrypted: result.reencrypted, total: count });
    const secrets = new SecretBox([NEW]);
    for (const [index, row] of (await rows()).entries()) {
      expect([row.encrypted_with, keysIn(row)]).toEqual(['k2', ['k2']]);
      const uid = row.http_transport_uid;
      const token = secrets.decrypt(
        row.token!,
        transportSecret({ tenantUid: TENANT, httpTransportUid: uid }, 'token'),
      );
      const number = Number(uid.slice(1));
      if (isChanged(number)) {
        expect(token).toBe(`changed-${number}`);
      } else {
        expect(row.last_modified_at).toBe(before[index]!.last_modified_at);
        // A process that has read the row before detects the change by its version.
        expect(Number(row.version)).toBe(Number(before[index]!.version) + 1);
      }
    }
    expect(await rotation.run()).toEqual({
      reencrypted: 0,
      total: 0,
      unreadable: [],
    });
    await expectDelivery('t0', NEW);
  });

  it('are re-encrypted by a deploy step, which also encrypts those that were in plain text', async () => {
    await start();
    await createTransport('erp');
    expect((await rows()).map(keyOf)).toEqual(['']);
    await expect(host.app.get(EncryptionKeyRotation, { strict: false }).run()).rejects.toThrow(
      /"encryption\.keys".*set the keys to rotate to/s,
    );
    await expect(rotateEncryptionKeys(host.dataSource, { keys: [OLD], actor: '' })).rejects.toThrow(
      /"actor"/,
    );
    await rotateEncryptionKeys(host.dataSource, { keys: [OLD] });
    expect((await rows()).map(keyOf)).toEqual(['k1']);
    expect(await rotateEncryptionKeys(host.dataSource, { keys: [NEW, OLD] })).toMatchObject({
      reencrypted: 1,
    });
    await expect(rotateEncryptionKeys(host.dataSource, { keys: [OLD] })).rejects.toThrow(
      EncryptionKeyMissingError,
    );
    await expect(rotateEncryptionKeys(host.dataSource, { keys: [] })).rejects.toThrow(InvalidOptionError);
    await expectDelivery('erp', NEW);
  });

  it('that are damaged are reported by a rotation and hold up no others', async () => {
    await restart(OLD);
    for (const uid of ['a', 'b', 'c', 'd']) await createTransport(uid);
    const encrypted = (await rows()).find((row) => row.http_transport_uid === 'a')!.token;
    await host.dataSource.query(
      `UPDATE webhook_http_transport SET token = '${encrypted}' WHERE http_transport_uid = 'b'`,
    );
    await host.dataSource.query(
      `UPDATE webhook_http_transport SET headers = '[' WHERE http_transport_uid = 'c'`,
    );
    await restart(NEW, OLD);
    const { reencrypted, unreadable } = await host.app.get(EncryptionKeyRotation, { strict: false }).run();
    expect(reencrypted).toBe(2);
    expect(unreadable).toEqual([
      { tenantUid: TENANT, httpTransportUid: 'b' },
      { tenantUid: TENANT, httpTransportUid: 'c' },
    ]);
    // The tenant can set the token again.
    const { status } = await host.api(TENANT).patch('/httptransports/b', { token: 'another' });
    expect(status).toBe(200);
    expect((await rows()).map(keyOf)).toEqual(['k2', 'k2', 'k1', 'k2']);
  });

  it('stay as they are if the rotation is aborted', async () => {
    await restart(OLD);
    await createTransport('erp');
    await restart(NEW, OLD);
    const rotation = host.app.get(EncryptionKeyRotation, { strict: false });
    expect(await rotation.run({ signal: AbortSignal.abort() })).toMatchObject({ reencrypted: 0, total: 1 });
    expect((await rows()).map(keyOf)).toEqual(['k1']);
  });

  it('are encrypted with the keys of a provider, which is called once', async () => {
    let asked = 0;
    class Kms {
      keys(): Promise<EncryptionKey[]> {
        asked += 1;
        return Promise.resolve([NEW]);
      }
    }
    await start({ keyProvider: Kms });
    await createTransport('erp');
    expect((await rows()).map(keyOf)).toEqual(['k2']);
    expect(asked).toBe(1);
    await host.close();
    await start({ keyProvider: { useFactory: () => new Kms() } });
    expect(await refusal({ keyProvider: Kms, encryption: { keys: [NEW] } })).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'keyProvider',
    });
    class Away {
      keys(): Promise<EncryptionKey[]> {
        return Promise.reject(new Error('KMS is away'));
      }
    }
    expect(await refusal({ keyProvider: Away })).toMatchObject({ message: 'KMS is away' });
  });

  it('are never in plain text in production unless an option says so', async () => {
    process.env['NODE_ENV'] = 'production';
    const error = await refusal({});
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(/NODE_ENV=production.*allowPlaintext/s);
    await start({ encryption: { allowPlaintext: true } });
    expect(logger.at('warn', /stored in plain text/)).toHaveLength(1);
    await host.close();
    await start({ encryption: { keys: [NEW] } });
    await host.close();
    await start({ controllers: false });
    expect(logger.at('warn', /stored in plain text/)).toHaveLength(1);
  });
});
