import { KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { parseDatabaseTarget } from '../../../sample-app/config/database-target.js';
import { createPosDataSource } from '../../../sample-app/database/pos-data-source.js';
import { ACCESS_TOKEN_SECRET, Setting } from '../../../sample-app/database/setting.entity.js';
import { createMigratedDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';
import { SampleApp } from './sample-app.js';
import { accessToken, type Call } from './sample-client.js';

describe('POST /v2/account', () => {
  let database: TestDatabase;
  let app: SampleApp;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    app = await SampleApp.start(database, { WEBHOOKS_WORKER: 'false' });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const admin = { userCode: 'admin', password: 'admin' };
  const signIn = (deviceToken: string | undefined, body: unknown) =>
    app.callWith(deviceToken)('POST', '/v2/account', body);

  it.each([
    ['demo', 'admin', 'Tenant.Admin'],
    ['demo', 'cashier', 'Tenant.Cashier'],
    ['other', 'admin', 'Tenant.Admin'],
    ['other', 'cashier', 'Tenant.Cashier'],
  ])(
    'signs in on a device of %s as %s, with a token and who it is for',
    async (tenantUid, userCode, role) => {
      const { status, body } = await signIn(`${tenantUid}-device`, { userCode, password: userCode });
      expect(status).toBe(200);
      expect(body).toEqual({
        accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
        tenantUser: {
          Id: expect.any(Number) as unknown,
          Uid: userCode,
          userCode,
          role,
          tenantUid,
          name: expect.any(String) as unknown,
        },
      });
    },
  );

  it('refuses an unknown device, an unknown user and a wrong password alike', async () => {
    const refusals = await Promise.all([
      signIn(undefined, admin),
      signIn('no-device', admin),
      signIn('demo-device', { ...admin, userCode: 'nobody' }),
      signIn('demo-device', { ...admin, password: 'wrong' }),
      signIn(await accessToken(app.url, 'admin'), admin),
    ]);
    for (const refusal of refusals) expect(refusal).toEqual({ ...refusals[0], status: 401 });
  });

  it.each([[{}], [{ userCode: 'admin' }], [{ ...admin, password: 7 }], [{ ...admin, role: 'Tenant.Admin' }]])(
    'refuses the body %j',
    async (body) => {
      expect(await signIn('demo-device', body)).toMatchObject({ status: 400 });
    },
  );
});

describe('an access token', () => {
  let database: TestDatabase;
  let app: SampleApp;
  let demo: Call;
  beforeAll(async () => {
    database = await createMigratedDatabase('sqlite');
    app = await SampleApp.start(database, { WEBHOOKS_WORKER: 'false' });
    demo = await app.signIn();
    await demo('POST', '/products', { productUid: 'secret', name: 'Of demo' });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const ADMIN_ROUTES: [string, string, unknown?][] = [
    ['GET', '/httptransports'],
    ['GET', '/webhooks'],
    ['GET', '/webhookactions'],
    ['GET', '/deliveries'],
    ['GET', '/quotas'],
    ['POST', '/events', { action: 'TILL_OPEN', data: {} }],
    ['POST', '/events/batch', { action: 'TILL_OPEN', data: {}, count: 1 }],
    ['POST', '/products', { name: 'No' }],
    ['DELETE', '/products/secret'],
    ['PUT', '/warehouses/central/stock/secret', { quantity: 1 }],
    ['POST', '/purchases', {}],
    ['DELETE', '/customers/any'],
  ];
  const ROUTES: typeof ADMIN_ROUTES = [
    ...ADMIN_ROUTES,
    ['GET', '/products'],
    ['POST', '/stores/main/orders', {}],
    ['POST', '/stores/main/tills/till-1/open', { openingAmount: 1 }],
    ['POST', '/customers', { name: 'No' }],
  ];
  const responses = async (call: Call, routes: typeof ROUTES) =>
    Promise.all(routes.map(async ([method, path, body]) => (await call(method as 'GET', path, body)).status));
  const all = (status: number, routes: typeof ROUTES) => routes.map(() => status);

  it('is required by the administration and the till, and a device token does not replace it', async () => {
    const forged = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;
    for (const token of [undefined, 'demo-device', 'nonsense', forged]) {
      const call: Call = (method, path, body) => app.callWith(token)(method, `/v2/tenants/demo${path}`, body);
      expect(await responses(call, ROUTES)).toEqual(all(401, ROUTES));
    }
  });

  /** Signs with the app's own secret. */
  const appSigner = async () => {
    const dataSource = await createPosDataSource(
      parseDatabaseTarget('DATABASE_URL', database.url),
    ).initialize();
    const { value } = await dataSource.getRepository(Setting).findOneByOrFail({ name: ACCESS_TOKEN_SECRET });
    await dataSource.destroy();
    return new JwtService({ secret: Buffer.from(value, 'base64') });
  };

  it.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['without a tenant', ({ tenant: _, ...claims }) => claims],
    ['with a tenant that is text', (claims) => ({ ...claims, tenant: 'demo' })],
    ['with a tenant that is null', (claims) => ({ ...claims, tenant: null })],
    ['with a tenant without Id', (claims) => ({ ...claims, tenant: { Uid: 'demo' } })],
    ['without a user', ({ user: _, ...claims }) => claims],
    ['without a role', ({ role: _, ...claims }) => claims],
    ['with an unknown role', (claims) => ({ ...claims, role: 'Tenant.Owner' })],
  ])('%s is refused with 401 although its signature is valid', async (_what, change) => {
    const jwt = await appSigner();
    const claims = jwt.decode<Record<string, unknown>>(await accessToken(app.url, 'admin'));
    const token = jwt.sign(change(claims));
    for (const path of ['/products', '/httptransports'])
      expect(await app.callWith(token)('GET', `/v2/tenants/demo${path}`)).toMatchObject({ status: 401 });
  });

  it('is signed with a key object: jsonwebtoken would parse a string or a buffer for every request', () => {
    const jwt = app.get(JwtService) as unknown as { options: { secret: unknown } };
    expect(jwt.options.secret).toBeInstanceOf(KeyObject);
  });

  it('is refused after it has expired', async () => {
    const jwt = await appSigner();
    const { iat, exp, ...claims } = jwt.decode<{ iat: number; exp: number }>(
      await accessToken(app.url, 'admin'),
    );
    expect(exp - iat).toBe(12 * 3600);
    for (const [left, status] of [
      [60, 200],
      [-60, 401],
    ] as const) {
      const token = jwt.sign({ ...claims, exp: Math.floor(Date.now() / 1000) + left });
      expect(await app.callWith(token)('GET', '/v2/tenants/demo/products')).toMatchObject({ status });
      expect(await app.callWith(token)('GET', '/v2/tenants/demo/httptransports')).toMatchObject({ status });
    }
  });

  it('is refused from the second of its expiry on, also after it has been accepted', async () => {
    const jwt = await appSigner();
    const claims = jwt.decode<Record<string, unknown>>(await accessToken(app.url, 'admin'));
    const expiresAt = Math.floor(Date.now() / 1_000) + 3;
    const call = app.callWith(jwt.sign({ ...claims, exp: expiresAt }));
    expect(await call('GET', '/v2/tenants/demo/products')).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, expiresAt * 1_000 - Date.now()));
    expect(await call('GET', '/v2/tenants/demo/products')).toMatchObject({ status: 401 });
  });

  it('of a cashier gives access to the till, and not to the administration', async () => {
    const cashier = await app.signIn('cashier');
    expect(await responses(cashier, ADMIN_ROUTES)).toEqual(all(403, ADMIN_ROUTES));
    expect(await cashier('POST', '/stores/main/tills/till-1/open', { openingAmount: 1 })).toMatchObject({
      status: 200,
    });
  });

  it('gives no access to another tenant', async () => {
    const token = await accessToken(app.url, 'admin', 'other');
    const call: Call = (method, path, body) => app.callWith(token)(method, `/v2/tenants/demo${path}`, body);
    expect(await responses(call, ROUTES)).toEqual(all(403, ROUTES));
    const other = await app.signIn('admin', 'other');
    expect(await other('GET', '/products')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await other('PATCH', '/products/secret', { name: 'Mine' })).toMatchObject({ status: 404 });
    expect(await other('POST', '/products', { productUid: 'secret', name: 'Of other' })).toMatchObject({
      status: 200,
    });
    expect(await demo('GET', '/products/secret')).toMatchObject({ status: 200, body: { name: 'Of demo' } });
  });
});
