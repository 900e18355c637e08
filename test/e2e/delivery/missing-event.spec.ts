import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';

describe('A delivery whose event was deleted from the database', () => {
  eachWorker((scene) => {
    it('fails at its first attempt, and nothing is sent', async () => {
      const { host, tenant, receiver } = scene();
      await tenant.transport(receiver, { httpTransportUid: 'erp' });
      await tenant.api.post('/httptransports/erp/pause', {});
      await tenant.emit();
      await tenant.untilLogged({ status: 'PENDING' });
      await host.dataSource.query(`DELETE FROM webhook_event WHERE tenant_uid = '${tenant.tenantUid}'`);
      await tenant.api.post('/httptransports/erp/resume', {});
      await tenant.untilLogged({
        status: 'FAILED',
        attempts: 1,
        reason: 'EVENT_MISSING',
        lastErrorCode: 'EVENT_MISSING',
      });
      expect(receiver.requests).toEqual([]);
    });
  });
});
