import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import {
  CreateWebhookInbox,
  InboxNotInTransactionError,
  InboxTableMissingError,
  InvalidInboxEntryError,
  WebhookInbox,
  WebhookInboxEntity,
} from '../../lib/receiver/index.js';
import { createDatabase, eachDatabase } from '../support/databases.js';
import { DATABASE_KINDS } from '../support/test-database.js';

const inbox = new WebhookInbox();

describe('WebhookInbox', () => {
  eachDatabase((db, kind) => {
    let host: DataSource;
    beforeAll(async () => {
      host = new DataSource({ ...db().options, migrations: [CreateWebhookInbox] });
      await host.initialize();
      await host.runMigrations();
      await host.query('CREATE TABLE payment (id varchar(64) PRIMARY KEY)');
    });
    afterAll(() => host.destroy());

    const pay = (id: string) => async (manager: EntityManager) => {
      await manager.query(`INSERT INTO payment (id) VALUES ('${id}')`);
      return id;
    };
    const payments = async (id: string): Promise<number> =>
      (await host.query<unknown[]>(`SELECT id FROM payment WHERE id = '${id}'`)).length;
    const once = (id: string, work: (manager: EntityManager) => Promise<string>, source = 'stripe') =>
      host.transaction((manager) => inbox.once(manager, { source, id }, work));

    it('does the work of a webhook once, and says so', async () => {
      expect(await once('evt_1', pay('p1'))).toEqual({ isNew: true, value: 'p1' });
      expect(await once('evt_1', pay('p1'))).toEqual({ isNew: false, value: undefined });
      expect(await payments('p1')).toBe(1);
    });

    it('treats the same id of another source as another webhook', async () => {
      expect((await once('evt_2', pay('p2'))).isNew).toBe(true);
      expect((await once('evt_2', pay('p2b'), 'adyen')).isNew).toBe(true);
    });

    it('forgets the webhook if the transaction is rolled back, so that the retry does the work', async () => {
      const fails = async (manager: EntityManager): Promise<string> => {
        await pay('p3')(manager);
        throw new Error('The till is closed.');
      };
      await expect(once('evt_3', fails)).rejects.toThrow('The till is closed.');
      expect(await payments('p3')).toBe(0);
      expect((await once('evt_3', pay('p3'))).isNew).toBe(true);
      expect(await payments('p3')).toBe(1);
    });

    // better-sqlite3 has one connection for each data source, so host transactions run one after another there.
    if (kind === 'postgres') {
      it('does the work once for requests at the same time, also if the first is rolled back', async () => {
        const results = await Promise.all(Array.from({ length: 8 }, () => once('evt_4', pay('p4'))));
        expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);

        let letFail: () => void = () => undefined;
        const failing = once('evt_5', async () => {
          await new Promise<void>((resolve) => (letFail = resolve));
          throw new Error('rolled back');
        });
        const failed = expect(failing).rejects.toThrow('rolled back');
        await new Promise((resolve) => setTimeout(resolve, 100));
        const second = once('evt_5', pay('p5'));
        await new Promise((resolve) => setTimeout(resolve, 100));
        letFail();
        await failed;
        expect((await second).isNew).toBe(true);
      });
    }

    it('refuses a manager without a transaction', async () => {
      await expect(
        inbox.once(host.manager, { source: 'stripe', id: 'evt_6' }, () => 1),
      ).rejects.toBeInstanceOf(InboxNotInTransactionError);
    });

    it.each([
      ['source', { source: '', id: 'x' }],
      ['source', { source: 's'.repeat(65), id: 'x' }],
      ['id', { source: 'stripe', id: 'i'.repeat(256) }],
      ['id', { source: 'stripe', id: 'a\0b' }],
      ['id', { source: 'stripe', id: undefined as unknown as string }],
    ])('refuses a %s that cannot be stored, and leaves the transaction usable', async (member, entry) => {
      await host.transaction(async (manager) => {
        const refused = inbox.once(manager, entry, () => 1);
        await expect(refused).rejects.toBeInstanceOf(InvalidInboxEntryError);
        await expect(refused).rejects.toThrow(`"${member}"`);
        await manager.query('SELECT 1');
      });
    });

    it('forgets what was processed before a date', async () => {
      await once('evt_7', pay('p7'));
      await inbox.forgetBefore(host.manager, new Date(Date.now() - 60_000));
      expect((await once('evt_7', pay('p7'))).isNew).toBe(false);
      await inbox.forgetBefore(host.manager, new Date(Date.now() + 60_000));
      expect((await once('evt_7', pay('p7b'))).isNew).toBe(true);
    });

    it('names the migration and the entity if the table is missing, and the migration can be reverted', async () => {
      await host.undoLastMigration();
      const missing = once('evt_8', pay('p8'));
      await expect(missing).rejects.toBeInstanceOf(InboxTableMissingError);
      await expect(missing).rejects.toThrow(/CreateWebhookInbox.*WebhookInboxEntity/);
      await host.runMigrations();
      expect((await once('evt_8', pay('p8'))).isNew).toBe(true);
    });
  });

  it.each(DATABASE_KINDS)('works on the table that its entity makes, with a prefix, on %s', async (kind) => {
    const database = await createDatabase(kind);
    const host = new DataSource({
      ...database.options,
      entities: [WebhookInboxEntity],
      entityPrefix: 'pos_',
      synchronize: true,
    });
    await host.initialize();
    const once = () =>
      host.transaction((manager) => inbox.once(manager, { source: 'stripe', id: 'evt_1' }, () => 'done'));
    expect([(await once()).isNew, (await once()).isNew]).toEqual([true, false]);
    expect(await host.query('SELECT source FROM pos_webhook_inbox')).toEqual([{ source: 'stripe' }]);
    await host.destroy();
    await database.drop();
  });
});
