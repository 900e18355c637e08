import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { hashDeviceToken } from '../account/device-token.js';
import { Device } from '../account/device.entity.js';
import { hashPassword } from '../account/password.js';
import { type Role, TenantUser } from '../account/tenant-user.entity.js';
import { Tenant } from '../account/tenant.entity.js';
import { Warehouse } from '../stock/warehouse.entity.js';
import { Store } from '../tills/store.entity.js';
import { Till } from '../tills/till.entity.js';
import { insertOne } from './entity-store.js';
import { ACCESS_TOKEN_SECRET, Setting } from './setting.entity.js';

const TENANTS = [
  { uid: 'demo', name: 'Demo Retail', deviceToken: 'demo-device' },
  { uid: 'other', name: 'Other Retail', deviceToken: 'other-device' },
];
const USERS: { userCode: string; name: string; role: Role }[] = [
  { userCode: 'admin', name: 'Ada Admin', role: 'Tenant.Admin' },
  { userCode: 'cashier', name: 'Cas Cashier', role: 'Tenant.Cashier' },
];

/**
 * Fills an empty database with two tenants for trials. If they exist, nothing changes.
 * Call it in a transaction that does not overlap with the same one of another process.
 */
export async function seed(manager: EntityManager): Promise<void> {
  if (await manager.existsBy(Setting, { name: ACCESS_TOKEN_SECRET })) return;
  await manager.insert(Setting, { name: ACCESS_TOKEN_SECRET, value: randomBytes(32).toString('base64') });
  for (const tenant of TENANTS) await seedTenant(manager, tenant);
}

async function seedTenant(manager: EntityManager, tenant: (typeof TENANTS)[number]): Promise<void> {
  const { uid: tenantUid, name, deviceToken } = tenant;
  await manager.insert(Tenant, { uid: tenantUid, name });
  await insertOne(manager, Device, { tenantUid, uid: 'device-1', tokenHash: hashDeviceToken(deviceToken) });
  for (const user of USERS) {
    const passwordHash = await hashPassword(user.userCode);
    await insertOne(manager, TenantUser, { tenantUid, uid: user.userCode, ...user, passwordHash });
  }
  await insertOne(manager, Store, { tenantUid, uid: 'main', name: 'Main Street' });
  await insertOne(manager, Till, {
    tenantUid,
    uid: 'till-1',
    storeUid: 'main',
    state: 'CLOSED',
    expectedAmount: 0,
    countedAmount: null,
  });
  await insertOne(manager, Warehouse, { tenantUid, uid: 'central', name: 'Central warehouse' });
}
