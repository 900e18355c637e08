import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { AdminPaths } from '../../../lib/admin/platform/admin-paths.js';
import { adminControllers } from '../../../lib/admin/registration.js';

const paths = (mount: Partial<ConstructorParameters<typeof AdminPaths>[1]> = {}): AdminPaths =>
  new AdminPaths(adminControllers, { globalPrefix: '', versionPrefix: undefined, path: '', ...mount });

describe('the paths of the admin API', () => {
  it('are distinguished from other paths', () => {
    for (const url of [
      '/tenants/7/httptransports',
      '/tenants/7/httptransports/erp/webhooks/w?x=/',
      '/tenants/%ff/quotas',
    ])
      expect([url, paths().includes(url)]).toEqual([url, true]);
    for (const url of [
      '/tenants/7/httptransports/erp/paused',
      '/tenants/7/8/quotas',
      '/tenants//quotas',
      '/x/tenants/7/quotas',
      '/tenants/7/orders?/tenants/7/quotas',
      '/tenants/7/quotasx',
      '/',
    ])
      expect([url, paths().includes(url)]).toEqual([url, false]);
  });

  it.each([
    [{ globalPrefix: 'api' }, '/api/tenants/7/quotas'],
    [{ globalPrefix: '/api/v1/' }, '/api/v1/tenants/7/quotas'],
    [{ path: 'v2' }, '/v2/tenants/7/quotas'],
    [{ globalPrefix: 'api', versionPrefix: 'v', path: '/hooks' }, '/api/v2/hooks/tenants/7/quotas'],
    [{ versionPrefix: '' }, '/2/tenants/7/quotas'],
    [{ globalPrefix: ':region/a.b' }, '/eu/a.b/tenants/7/quotas'],
  ])('begin with the prefix, version and path of the mount: %j', (mount, url) => {
    expect(paths(mount).includes(url)).toBe(true);
    expect(paths(mount).includes(`/other${url}`)).toBe(false);
    expect(paths({ ...mount, path: 'elsewhere' }).includes(url)).toBe(false);
  });

  it('match a dot in the path of the mount literally', () => {
    expect(paths({ path: 'a.b' }).includes('/axb/tenants/7/quotas')).toBe(false);
  });

  it('do not support other methods than their routes have, except HEAD and OPTIONS, which the platform handles', () => {
    expect(paths().unsupported('PUT', '/tenants/a%20b/httptransports?x=1')).toEqual({
      params: { tenantUid: 'a b' },
      allow: 'GET, POST',
    });
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS'])
      expect(paths().unsupported(method, '/tenants/7/httptransports')).toBeUndefined();
    expect(paths().unsupported('PUT', '/tenants/%ff/httptransports')).toBeUndefined();
    expect(paths().unsupported('PUT', '/tenants/7/orders')).toBeUndefined();
  });
});
