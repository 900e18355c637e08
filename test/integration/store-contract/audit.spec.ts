import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { statement } from '../../../lib/persistence/sql/statement.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const DAY_MS = 86_400_000;

describe('AuditStore', () => {
  eachDatabase((db, kind) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const now = Date.now();
    /** Entries of these ages in days, one after another. */
    const seed = (tenantUid: string, ...days: number[]) =>
      fixture.database.write(
        days.map((age) =>
          statement(
            fixture.database,
            `INSERT INTO webhook_audit (tenant_uid, created_at, kind, http_transport_uid, changes) VALUES (?, ?, 'TRANSPORT_CREATED', 'erp', '[]')`,
            [tenantUid, now - age * DAY_MS],
          ),
        ),
      );
    const ages = async (tenantUid: string): Promise<number[]> => {
      const { items } = await fixture.stores.audit.page({
        tenantUid,
        kind: undefined,
        actor: undefined,
        httpTransportUid: undefined,
        webhookUid: undefined,
        createdFrom: undefined,
        createdTo: undefined,
        afterId: 0,
        beforeId: Number.MAX_SAFE_INTEGER,
        limit: 100,
      });
      return items.map(({ createdAt }) => (now - createdAt) / DAY_MS);
    };
    const remove = (limit: number) => fixture.stores.audit.deleteBefore(now - 400 * DAY_MS, limit);

    it('deletes old entries of all tenants, the oldest first, at most the given number at a time', async () => {
      await seed('shop', 410, 405);
      await seed('cafe', 402, 401, 399);
      await seed('shop', 1);
      expect(await remove(3)).toBe(3);
      expect([await ages('shop'), await ages('cafe')]).toEqual([[1], [399, 401]]);
      expect(await remove(3)).toBe(1);
      expect(await remove(3)).toBe(0);
      expect([await ages('shop'), await ages('cafe')]).toEqual([[1], [399]]);
    });

    if (kind === 'postgres')
      it('leaves out an entry that another transaction has locked', async () => {
        await seed('shop', 410, 405, 404);
        const other = fixture.database.dataSource.createQueryRunner();
        await other.startTransaction();
        await other.query('SELECT 1 FROM webhook_audit ORDER BY id LIMIT 1 FOR UPDATE');
        expect(await remove(2)).toBe(1);
        await other.rollbackTransaction();
        await other.release();
        expect(await ages('shop')).toEqual([404, 410]);
      });
  });
});
