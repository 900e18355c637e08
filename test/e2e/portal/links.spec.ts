import { beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookPortalLinks, WebhookTenants } from 'nestjs-tillhook';
import { declaredRoutes } from '../../support/declared-routes.js';
import { eachHost, newTenant } from '../../support/each-host.js';

interface Link {
  readonly portalLinkUid: string;
  readonly url: string;
  readonly openedAt: string | null;
  readonly revokedAt: string | null;
  readonly createdBy: string | null;
}

describe('a portal link', () => {
  eachHost(
    (host) => {
      let tenantUid: string;
      beforeEach(() => {
        tenantUid = newTenant();
      });

      const create = async (body: object = {}): Promise<Link> =>
        (await host().api(tenantUid).post<Link>('/portallinks', body)).body;
      const codeOf = ({ url }: Pick<Link, 'url'>): string => /#link=(.+)$/.exec(url)![1]!;
      const open = (code: string): Promise<Response> =>
        fetch(`${host().url}/portal/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ code }),
        });
      const tokenOf = async (link: Link): Promise<string> =>
        ((await (await open(codeOf(link))).json()) as { token: string }).token;
      const call = async (token: string, path = '/httptransports', method = 'GET', tenant = tenantUid) => {
        const response = await fetch(`${host().url}/tenants/${tenant}${path}`, {
          method,
          headers: { 'x-tillhook-portal': token, 'content-type': 'application/json' },
          ...(method !== 'GET' && { body: '{}' }),
        });
        const { code } = (await response.json().catch(() => ({}))) as { code?: string };
        return [response.status, code];
      };
      const stored = async (): Promise<string> =>
        JSON.stringify(await host().dataSource.query('SELECT * FROM webhook_portal_link'));

      it('leads to the portal, and its session reads and changes its tenant', async () => {
        const link = await create();
        const url = new URL(link.url, `${host().url}/tenants/${tenantUid}/portallinks`);
        expect(url.pathname).toBe('/portal');
        const response = await open(codeOf(link));
        expect(response.headers.get('cache-control')).toBe('no-store');
        const session = (await response.json()) as { token: string };
        expect(session).toMatchObject({ tenantUid, readOnly: false });
        expect(await call(session.token)).toEqual([200, undefined]);
        const { status } = await fetch(`${host().url}/tenants/${tenantUid}/httptransports`, {
          method: 'POST',
          headers: { 'x-tillhook-portal': session.token, 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'ERP', url: 'https://erp.example.com' }),
        });
        expect(status).toBe(200);
        const { body } = await host().api(tenantUid).get<{ items: { actor: string }[] }>('/webhookaudit');
        expect(body.items[0]!.actor).toBe(`portal:${link.portalLinkUid}`);
      });

      it('opens once, also for twenty that try at the same time', async () => {
        const code = codeOf(await create());
        const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await open(code)).status));
        expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        expect(statuses.filter((status) => status === 401)).toHaveLength(19);
      });

      it('and its session end when it is revoked', async () => {
        const [opened, unopened] = [await create(), await create()];
        const token = await tokenOf(opened);
        for (const { portalLinkUid } of [opened, unopened])
          expect((await host().api(tenantUid).delete(`/portallinks/${portalLinkUid}`)).status).toBe(204);
        expect(await call(token)).toEqual([401, 'PORTAL_LINK_INVALID']);
        expect((await open(codeOf(unopened))).status).toBe(401);
        const foreign = await host().api(newTenant()).delete(`/portallinks/${opened.portalLinkUid}`);
        expect([foreign.status, foreign.body]).toMatchObject([404, { code: 'PORTAL_LINK_NOT_FOUND' }]);
      });

      it('and its session end when it expires', async () => {
        const [opened, unopened] = [await create({ expiresInMinutes: 1 }), await create()];
        const token = await tokenOf(opened);
        await host().dataSource.query(
          `UPDATE webhook_portal_link SET expires_at = 1 WHERE tenant_uid = '${tenantUid}'`,
        );
        expect(await call(token)).toEqual([401, 'PORTAL_LINK_INVALID']);
        expect((await open(codeOf(unopened))).status).toBe(401);
      });

      it('is stored as hashes, so that a copy of the database opens nothing', async () => {
        const link = await create();
        const token = await tokenOf(link);
        const rows = await stored();
        const [, secret] = codeOf(link).split('.');
        expect(rows).toContain(link.portalLinkUid);
        expect(rows).not.toContain(secret);
        expect(rows).not.toContain(token);
        for (const [, hash] of rows.matchAll(/"([0-9a-f]{64})"/g)) {
          expect(await call(hash!)).toEqual([401, 'PORTAL_LINK_INVALID']);
          expect((await open(`${link.portalLinkUid}.${hash!}`)).status).toBe(401);
        }
      });

      it.each(['', 'session', 'none', 'a.b', `${'x'.repeat(64)}.${'y'.repeat(43)}`])(
        'does not open by the code "%s"',
        async (code) => {
          expect([400, 401]).toContain((await open(code)).status);
        },
      );

      it('is listed with who created it and when it was opened, and without its secrets', async () => {
        const link = await create({ readOnly: true });
        await tokenOf(link);
        const { body } = await host().api(tenantUid).get<{ items: Link[] }>('/portallinks');
        expect(body.items).toHaveLength(1);
        expect(body.items[0]).toMatchObject({
          portalLinkUid: link.portalLinkUid,
          readOnly: true,
          createdBy: null,
        });
        expect(body.items[0]!.openedAt).not.toBeNull();
        expect(JSON.stringify(body)).not.toContain(codeOf(link).split('.')[1]);
      });

      it('gives no access to another tenant, nor to further links', async () => {
        const token = await tokenOf(await create());
        expect(await call(token, '/httptransports', 'GET', newTenant())).toEqual([403, 'FORBIDDEN']);
        expect(await call(token, '/portallinks')).toEqual([403, 'FORBIDDEN']);
        expect(await call(token, '/portallinks', 'POST')).toEqual([403, 'FORBIDDEN']);
        expect(await call(token, '/portallinks/none', 'DELETE')).toEqual([403, 'FORBIDDEN']);
      });

      it('that is read-only changes nothing: every route that writes refuses it', async () => {
        const token = await tokenOf(await create({ readOnly: true }));
        expect(await call(token)).toEqual([200, undefined]);
        const writing = declaredRoutes()
          .map((route) => route.split(' ') as [string, string])
          .filter(
            ([method, path]) =>
              method !== 'GET' && path.startsWith('/tenants/') && !path.includes('portallinks'),
          );
        expect(writing.length).toBeGreaterThan(15);
        for (const [method, path] of writing) {
          const own = path.replace('/tenants/:tenantUid', '').replace(/:\w+/g, 'none');
          expect([method, own, ...(await call(token, own, method))]).toEqual([
            method,
            own,
            403,
            'PORTAL_READ_ONLY',
          ]);
        }
      });

      it.each([
        { expiresInMinutes: 0 },
        { expiresInMinutes: 1441 },
        { expiresInMinutes: 1.5 },
        { readOnly: 'yes' },
        { tenantUid: 'b' },
      ])('is not created with %j', async (body) => {
        const { status } = await host().api(tenantUid).post('/portallinks', body);
        expect(status).toBe(400);
      });

      it('is created, listed and revoked from code', async () => {
        const links = host().app.get(WebhookPortalLinks, { strict: false });
        const { fragment, portalLinkUid } = await links.create(
          tenantUid,
          { expiresInMinutes: 5 },
          { actor: 'job:mail' },
        );
        const response = await open(codeOf({ url: fragment }));
        expect(response.status).toBe(200);
        expect(await links.list(tenantUid)).toMatchObject([{ portalLinkUid, createdBy: 'job:mail' }]);
        await links.revoke(tenantUid, portalLinkUid);
        const { token } = (await response.json()) as { token: string };
        expect(await call(token)).toEqual([401, 'PORTAL_LINK_INVALID']);
        await expect(links.revoke(tenantUid, 'none')).rejects.toMatchObject({
          code: 'PORTAL_LINK_NOT_FOUND',
        });
        await expect(links.create(tenantUid, { expiresInMinutes: 0 })).rejects.toMatchObject({
          code: 'VALIDATION_FAILED',
        });
      });

      it('is in the audit with who created and revoked it, once, and without its code', async () => {
        const links = host().app.get(WebhookPortalLinks, { strict: false });
        const { portalLinkUid, fragment, expiresAt } = await links.create(
          tenantUid,
          { readOnly: true },
          { actor: 'job:mail' },
        );
        for (let time = 0; time < 2; time += 1)
          await links.revoke(tenantUid, portalLinkUid, { actor: 'user:42' });
        const change = (field: string, from: unknown, to: unknown) => ({ field, from, to });
        const { body } = await host().api(tenantUid).get<{ items: object[] }>('/webhookaudit');
        expect(body.items).toMatchObject([
          {
            kind: 'PORTAL_LINK_REVOKED',
            actor: 'user:42',
            httpTransportUid: null,
            webhookUid: null,
            changes: [change('portalLinkUid', portalLinkUid, null)],
          },
          {
            kind: 'PORTAL_LINK_CREATED',
            actor: 'job:mail',
            httpTransportUid: null,
            changes: [
              change('portalLinkUid', null, portalLinkUid),
              change('readOnly', null, true),
              change('expiresAt', null, expiresAt),
            ],
          },
        ]);
        const [, secret] = codeOf({ url: fragment }).split('.');
        expect(JSON.stringify(body)).not.toContain(secret);
      });

      it('is not created or revoked if the audit cannot be written', async () => {
        const link = await create();
        const rename = (from: string, to: string) =>
          host().dataSource.query(`ALTER TABLE ${from} RENAME TO ${to}`);
        await rename('webhook_audit', 'webhook_gone');
        try {
          expect((await host().api(tenantUid).post('/portallinks', {})).status).toBe(503);
          const revoked = await host().api(tenantUid).delete(`/portallinks/${link.portalLinkUid}`);
          expect(revoked.status).toBe(503);
        } finally {
          await rename('webhook_gone', 'webhook_audit');
        }
        const { body } = await host().api(tenantUid).get<{ items: Link[] }>('/portallinks');
        expect(body.items).toMatchObject([{ portalLinkUid: link.portalLinkUid, revokedAt: null }]);
      });

      it('is erased with its tenant', async () => {
        const { portalLinkUid } = await create();
        const { rows } = await host().app.get(WebhookTenants, { strict: false }).purge(tenantUid);
        expect(rows['webhook_portal_link']).toBe(1);
        expect(await stored()).not.toContain(portalLinkUid);
      });
    },
    { worker: false, portal: true },
  );
});
