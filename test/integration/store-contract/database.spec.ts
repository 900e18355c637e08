import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { statement } from '../../../lib/persistence/sql/statement.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const POOL_SIZE = 2;

/**
 * Recognizes the error by its code. Its class does not help: better-sqlite3 makes its errors from the `Error` of the first test file that
 * loaded it in this process, and this is not the `Error` of a later file.
 */
const DUPLICATE_KEY = { code: expect.stringMatching(/^(SQLITE_CONSTRAINT_PRIMARYKEY|23505)$/) as unknown };

describe('Database', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db(), POOL_SIZE);
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const insert = (id: number) =>
      statement(
        fixture.database,
        `INSERT INTO ${fixture.database.table('webhook_lane')} (transport_id, tenant_uid) VALUES (?, ?) RETURNING transport_id`,
        [id, 'shop'],
      );
    const retell = (id: number) =>
      statement(
        fixture.database,
        `UPDATE ${fixture.database.table('webhook_lane')} SET version = version + 1 WHERE transport_id = ?`,
        [id],
      );

    it('runs its statements in order and returns the rows of each and the number that it changed', async () => {
      expect(await fixture.database.write([insert(1), retell(1), retell(2)])).toEqual([
        { rows: [{ transport_id: 1 }], affected: 1 },
        { rows: [], affected: 1 },
        { rows: [], affected: 0 },
      ]);
    });

    it('writes all of its statements or none', async () => {
      await expect(fixture.database.write([insert(1), insert(2), insert(1)])).rejects.toMatchObject(
        DUPLICATE_KEY,
      );
      expect(await fixture.rows('webhook_lane')).toEqual([]);
    });

    it('undoes everything when the first statement is a guard and changes nothing', async () => {
      const guarded = { onlyIfFirstChanges: true };
      expect(await fixture.database.write([retell(1), insert(2)], guarded)).toEqual([]);
      expect(await fixture.rows('webhook_lane')).toEqual([]);
      await fixture.database.write([insert(1)]);
      expect(await fixture.database.write([retell(1), insert(2), retell(3)], guarded)).toHaveLength(3);
      expect(await fixture.rows('webhook_lane')).toHaveLength(2);
    });

    it('survives more failed writes, one after another and at once, than it has connections', async () => {
      const failing = () => fixture.database.write([insert(1), insert(1)]);
      for (let count = 0; count < POOL_SIZE * 2; count++) {
        await expect(failing()).rejects.toMatchObject(DUPLICATE_KEY);
      }
      const outcomes = await Promise.allSettled(Array.from({ length: POOL_SIZE * 3 }, failing));
      expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
      await fixture.database.write([insert(1)]);
      expect(await fixture.rows('webhook_lane')).toHaveLength(1);
    });

    it('serves many writers at once', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => fixture.database.write([insert(index + 1)])),
      );
      expect(await fixture.rows('webhook_lane')).toHaveLength(50);
    });

    it('reads the clock of the database', async () => {
      const sql =
        fixture.database.kind === 'postgres'
          ? `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`
          : `SELECT unixepoch('subsec') * 1000 AS now`;
      const [row] = await fixture.query(sql);
      expect(Math.abs(fixture.database.now() - Number(row!['now']))).toBeLessThan(200);
    });
  });
});
