import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EncryptionKeyRotation,
  HttpTransports,
  WebhookAudit,
  Webhooks,
  type AccessDecision,
  type AccessGrant,
} from 'nestjs-tillhook';
import type { ApiClient } from '../../support/api-client.js';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { seedBacklog } from '../../support/seed-deliveries.js';
import { TestHost } from '../../support/test-host.js';

interface Entry {
  auditUid: string;
  kind: string;
  actor: string | null;
  httpTransportUid: string;
  webhookUid: string | null;
  changes: { field: string; from: unknown; to: unknown }[];
  createdAt: string;
}

interface AuditList {
  items: Entry[];
  paging: { nextCursor: string | null };
}

const MASK = '********';
const HOUR_MS = 3_600_000;

/** Names the caller as the actor of changes. */
class NamingPolicy extends BearerPolicy {
  named(request: unknown, tenantUid: string): AccessDecision | AccessGrant {
    const decision = this.check(request, tenantUid);
    return decision === 'granted' ? { decision, actor: `admin of ${tenantUid}` } : decision;
  }
}
const policy = new NamingPolicy();

describe('the audit', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenantUid: string;
    let api: ApiClient;

    beforeAll(async () => {
      receiver = await Receiver.start();
      host = await TestHost.start({
        database: database(),
        webhooks: { accessPolicy: (request, tenant) => policy.named(request, tenant) },
      });
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });
    beforeEach(() => {
      receiver.reset();
      tenantUid = newTenant();
      api = host.api(tenantUid);
    });

    const list = async (query = ''): Promise<AuditList> => {
      const { status, body } = await api.get<AuditList>(`/webhookaudit${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body;
    };
    const entries = async (query = ''): Promise<Entry[]> => (await list(`?pageSize=100${query}`)).items;
    const kinds = async (query = ''): Promise<string[]> => (await entries(query)).map(({ kind }) => kind);
    const create = (httpTransportUid = 'erp', settings: object = {}) =>
      api.post('/httptransports', { httpTransportUid, name: 'ERP', url: receiver.url, ...settings });
    const command = (name: string, body?: object) => api.request('POST', `/httptransports/erp/${name}`, body);

    it('records who changed what, from what to what, with secrets masked', async () => {
      await create('erp', {
        securityType: 'BEARER',
        token: 'first-token',
        headers: [{ key: 'X-Shop', value: '70' }],
      });
      await api.patch('/httptransports/erp', {
        name: 'ERP 2',
        token: 'second-token',
        headers: [{ key: 'X-Till', value: '71' }],
        rateLimit: { requests: 5, perSeconds: 1 },
      });
      await command('rotatesecret', { overlapHours: 0 });
      await command('pause');
      await command('resume');
      await command('disable', { reason: 'Moved' });
      await command('enable');
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'orders', action: 'ORDER_*' });
      await api.patch('/httptransports/erp/webhooks/orders', { action: '*', enabled: false, ordered: false });
      await command('test');
      await api.delete('/httptransports/erp/webhooks/orders');
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'tills', action: 'TILL_OPEN' });
      await api.delete('/httptransports/erp');

      const found = await entries();
      expect(found.every(({ actor }) => actor === `admin of ${tenantUid}`)).toBe(true);
      expect(found[0]).toMatchObject({
        auditUid: expect.stringMatching(/^aud_[0-9a-z]{13}$/),
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      const change = (field: string, from: unknown, to: unknown) => ({ field, from, to });
      const shown = found
        .map(({ kind, httpTransportUid, webhookUid, changes }) => [
          kind,
          httpTransportUid,
          webhookUid,
          changes,
        ])
        .reverse();
      // The order of the entries of one deletion is not defined.
      const [deletions, others] = [shown.slice(-2), shown.slice(0, -2)];
      expect(others).toEqual([
        [
          'TRANSPORT_CREATED',
          'erp',
          null,
          [
            change('name', null, 'ERP'),
            change('url', null, receiver.url),
            change('securityType', null, 'BEARER'),
            change('token', null, MASK),
            change('headers.X-Shop', null, MASK),
            change('signingSecret', null, MASK),
          ],
        ],
        [
          'TRANSPORT_CHANGED',
          'erp',
          null,
          [
            change('name', 'ERP', 'ERP 2'),
            change('rateLimit', null, { requests: 5, perSeconds: 1 }),
            change('token', MASK, MASK),
            change('headers.X-Shop', MASK, null),
            change('headers.X-Till', null, MASK),
          ],
        ],
        [
          'SECRET_ROTATED',
          'erp',
          null,
          [
            change('signingSecret', MASK, MASK),
            change('overlapEndsAt', null, expect.stringMatching(/^\d{4}-.*Z$/)),
          ],
        ],
        ['TRANSPORT_PAUSED', 'erp', null, [change('state', 'ACTIVE', 'PAUSED')]],
        ['TRANSPORT_RESUMED', 'erp', null, [change('state', 'PAUSED', 'ACTIVE')]],
        [
          'TRANSPORT_DISABLED',
          'erp',
          null,
          [change('state', 'ACTIVE', 'DISABLED'), change('disabledReason', null, 'Moved')],
        ],
        [
          'TRANSPORT_ENABLED',
          'erp',
          null,
          [change('state', 'DISABLED', 'ACTIVE'), change('disabledReason', 'Moved', null)],
        ],
        [
          'WEBHOOK_CREATED',
          'erp',
          'orders',
          [change('action', null, 'ORDER_*'), change('enabled', null, true), change('ordered', null, false)],
        ],
        [
          'WEBHOOK_CHANGED',
          'erp',
          'orders',
          [change('action', 'ORDER_*', '*'), change('enabled', true, false)],
        ],
        [
          'WEBHOOK_DELETED',
          'erp',
          'orders',
          [change('action', '*', null), change('enabled', false, null), change('ordered', false, null)],
        ],
        [
          'WEBHOOK_CREATED',
          'erp',
          'tills',
          [
            change('action', null, 'TILL_OPEN'),
            change('enabled', null, true),
            change('ordered', null, false),
          ],
        ],
      ]);
      expect(deletions).toEqual(
        expect.arrayContaining([
          [
            'WEBHOOK_DELETED',
            'erp',
            'tills',
            [
              change('action', 'TILL_OPEN', null),
              change('enabled', true, null),
              change('ordered', false, null),
            ],
          ],
          [
            'TRANSPORT_DELETED',
            'erp',
            null,
            [
              change('name', 'ERP 2', null),
              change('url', receiver.url, null),
              change('state', 'ACTIVE', null),
            ],
          ],
        ]),
      );
    });

    it('records what the module disables by itself, with the actor system', async () => {
      receiver.respond({ status: 410 });
      await create();
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid });
      const [entry] = await eventually(async () => {
        const found = await entries('&actor=system');
        return found.length > 0 && found;
      });
      expect(entry).toMatchObject({ kind: 'TRANSPORT_DISABLED', actor: 'system', httpTransportUid: 'erp' });
      expect(entry!.changes).toEqual([
        { field: 'state', from: 'ACTIVE', to: 'DISABLED' },
        { field: 'disabledReason', from: null, to: 'GONE' },
      ]);
    });

    it('records nothing for a request that changes nothing or is refused', async () => {
      await create();
      await command('pause');
      const before = await kinds();
      await command('pause');
      expect((await create()).status).toBe(409);
      expect((await command('enable')).status).toBe(409);
      await api.patch('/httptransports/erp', { name: 'ERP' });
      expect((await api.patch('/httptransports/erp', { url: 'https://10.0.0.1' })).status).toBe(400);
      expect((await api.delete('/httptransports/none')).status).toBe(404);
      expect(await kinds()).toEqual(before);
    });

    it('is part of the transaction: a change that cannot be recorded is not made', async () => {
      await create();
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'orders', action: '*' });
      const rename = (from: string, to: string) =>
        host.dataSource.query(`ALTER TABLE ${from} RENAME TO ${to}`);
      await rename('webhook_audit', 'webhook_gone');
      try {
        expect((await command('pause')).status).toBe(503);
        expect((await api.patch('/httptransports/erp', { name: 'Other' })).status).toBe(503);
        expect((await create('other')).status).toBe(503);
        expect((await api.delete('/httptransports/erp/webhooks/orders')).status).toBe(503);
        expect((await api.delete('/httptransports/erp')).status).toBe(503);
      } finally {
        await rename('webhook_gone', 'webhook_audit');
      }
      expect((await api.get('/httptransports/erp')).body).toMatchObject({ name: 'ERP', state: 'ACTIVE' });
      expect((await api.get('/httptransports/erp/webhooks/orders')).status).toBe(200);
      expect((await api.get('/httptransports/other')).status).toBe(404);
    });

    it('has one entry for each resource of a deletion in several steps', async () => {
      await create();
      await command('pause');
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'orders', action: '*' });
      await seedBacklog(host.dataSource, { tenantUid, httpTransportUid: 'erp', count: 450 });
      expect((await api.delete('/httptransports/erp')).status).toBe(204);
      expect((await kinds()).slice(0, 2).sort()).toEqual(['TRANSPORT_DELETED', 'WEBHOOK_DELETED']);
      expect((await kinds()).filter((kind) => kind.endsWith('_DELETED'))).toHaveLength(2);
    });

    it('is filtered, and read page by page', async () => {
      await create();
      await create('shop');
      await api.post('/httptransports/shop/webhooks', { webhookUid: 'orders', action: '*' });
      await command('pause');
      const ago = new Date(Date.now() - HOUR_MS).toISOString();
      expect(await kinds('&httpTransportUid=shop')).toEqual(['WEBHOOK_CREATED', 'TRANSPORT_CREATED']);
      expect(await kinds('&webhookUid=orders')).toEqual(['WEBHOOK_CREATED']);
      expect(await kinds('&kind=TRANSPORT_PAUSED')).toEqual(['TRANSPORT_PAUSED']);
      expect(await kinds(`&actor=${encodeURIComponent(`admin of ${tenantUid}`)}`)).toHaveLength(4);
      expect(await kinds('&actor=nobody')).toEqual([]);
      expect(await kinds(`&createdFrom=${ago}`)).toHaveLength(4);
      expect(await kinds(`&createdTo=${ago}`)).toEqual([]);
      expect((await host.api(newTenant()).get<AuditList>('/webhookaudit')).body.items).toEqual([]);

      const read: string[] = [];
      let cursor: string | null = null;
      do {
        const { items, paging }: AuditList = await list(`?pageSize=3${cursor ? `&cursor=${cursor}` : ''}`);
        read.push(...items.map(({ auditUid }) => auditUid));
        cursor = paging.nextCursor;
      } while (cursor);
      expect(read).toEqual((await entries()).map(({ auditUid }) => auditUid));
    });

    it('refuses a kind that does not exist and an impossible period', async () => {
      const future = new Date(Date.now() + HOUR_MS).toISOString();
      for (const query of [
        'kind=TEST_SENT',
        'createdFrom=2026-03-14T00:00:01Z&createdTo=2026-03-14T00:00:00Z',
        `createdFrom=${future}`,
      ]) {
        const { status, body } = await api.get<{ code: string }>(`/webhookaudit?${query}`);
        expect([query, status, body.code]).toEqual([query, 400, 'VALIDATION_FAILED']);
      }
    });

    it('names the actor that code gives, and none without one', async () => {
      const transports = host.app.get(HttpTransports, { strict: false });
      const webhooks = host.app.get(Webhooks, { strict: false });
      const by = { actor: 'job:import' };
      await transports.create(tenantUid, { httpTransportUid: 'erp', name: 'ERP', url: receiver.url }, by);
      await transports.disable(tenantUid, 'erp', {}, by);
      await transports.enable(tenantUid, 'erp');
      await webhooks.create(tenantUid, 'erp', { webhookUid: 'w', action: '*' }, by);
      await webhooks.delete(tenantUid, 'erp', 'w', by);
      for (const actor of ['', 'system', 'a\nb', 'x'.repeat(256)])
        await expect(transports.pause(tenantUid, 'erp', { actor })).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
        });
      const actors = (await entries()).map(({ kind, actor }) => [kind, actor]);
      expect(actors).toEqual([
        ['WEBHOOK_DELETED', 'job:import'],
        ['WEBHOOK_CREATED', 'job:import'],
        ['TRANSPORT_ENABLED', null],
        ['TRANSPORT_DISABLED', 'job:import'],
        ['TRANSPORT_CREATED', 'job:import'],
      ]);
      expect(await host.app.get(WebhookAudit, { strict: false }).list(tenantUid, { pageSize: 2 })).toEqual(
        await list('?pageSize=2'),
      );
    });

    it('records the rotation of an encryption key', async () => {
      const [oldKey, newKey] = ['old', 'new'].map((id) => ({ id, key: Buffer.alloc(32, id) }));
      const start = (keys: (typeof oldKey)[]) =>
        TestHost.start({
          database: database(),
          webhooks: { worker: false, encryption: { keys: keys as [] } },
        });
      await create();
      const before = await start([oldKey]);
      await before.api(tenantUid).patch('/httptransports/erp', { token: 'abc' });
      await before.close();
      const after = await start([newKey, oldKey]);
      await after.app.get(EncryptionKeyRotation, { strict: false }).run({ actor: 'operator' });
      await after.close();
      const [entry] = await entries('&kind=KEY_ROTATED');
      expect(entry).toMatchObject({
        actor: 'operator',
        httpTransportUid: 'erp',
        changes: [{ field: 'encryptedWith', from: 'old', to: 'new' }],
      });
    });
  });
});
