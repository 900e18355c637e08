import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';

const EVENTS = 5;

describe('a request that the module itself cannot write', () => {
  eachWorker((scene) => {
    it('says nothing about the receiver: the transport is not failing, and its circuit stays closed', async () => {
      const { host, receiver, tenant } = scene();
      const headers = [{ key: 'x-shop', value: 'main' }];
      const transport = await tenant.transport(receiver, { headers });
      // The admin API accepts no such value: HTTP has no way to send it.
      await host.dataSource.query(
        `UPDATE webhook_http_transport SET headers = '[{"key":"x-shop","value":"v0:€"}]', version = version + 1
          WHERE tenant_uid = '${tenant.tenantUid}'`,
      );
      // Each delivery has four attempts, which is twice as many failures as open a circuit.
      await tenant.emitMany(EVENTS);
      await tenant.untilLogged({ status: 'FAILED', lastErrorCode: 'INVALID_REQUEST' }, EVENTS);
      expect(await tenant.get(transport)).toMatchObject({ state: 'ACTIVE', failingSince: null });

      await tenant.patch(transport, { headers });
      await tenant.emit();
      // A circuit would stay open for five seconds.
      await tenant.untilLog(([newest]) => expect(newest).toMatchObject({ status: 'DELIVERED' }), 4_000);
      expect(receiver.requests).toHaveLength(1);
    });
  });
});
