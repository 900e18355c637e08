import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RetentionLease } from '../../../lib/operations/retention/retention-lease.js';
import { SettingRepository } from '../../../lib/persistence/repositories/setting.repository.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const HOUR_MS = 3_600_000;

describe('the lease of retention', () => {
  eachDatabase((database) => {
    let fixture: StoreFixture;
    let settings: SettingRepository;
    let now = 0;
    const lease = (): RetentionLease => new RetentionLease(settings, () => now);
    beforeAll(async () => {
      fixture = await StoreFixture.open(database());
      settings = new SettingRepository(fixture.database);
    });
    beforeEach(async () => {
      now = 1_800_000_000_000;
      await settings.write('retention', '{}');
    });
    afterAll(() => fixture.close());

    it('belongs to one process until it ends', async () => {
      const [first, second] = [lease(), lease()];
      expect([await first.acquire(), await second.acquire(), await first.acquire()]).toEqual([
        true,
        false,
        true,
      ]);
      now += HOUR_MS;
      expect([await second.acquire(), await first.acquire()]).toEqual([true, false]);
    });

    it('is void if the clock was set back, because then it would last for too long', async () => {
      now += HOUR_MS;
      expect(await lease().acquire()).toBe(true);
      now -= HOUR_MS;
      expect(await lease().acquire()).toBe(true);
    });

    it('is free if somebody has damaged its row', async () => {
      await settings.write('retention', '{"holder":');
      const next = lease();
      expect([await next.acquire(), next.lastPassAt]).toEqual([true, null]);
    });
  });
});
