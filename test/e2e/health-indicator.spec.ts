import { afterEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { WebhooksHealthIndicator } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { TestHost } from '../support/test-host.js';

describe('the health indicator for Terminus', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let terminus: INestApplicationContext;
    afterEach(async () => {
      await terminus.close();
      await host.close();
    });

    const start = async (webhooks = {}) => {
      host = await TestHost.start({ database: database(), webhooks });
      const root = { module: class TerminusHost {}, imports: [TerminusModule.forRoot({ logger: false })] };
      terminus = await NestFactory.createApplicationContext(root, { logger: false });
      const indicator = host.app.get(WebhooksHealthIndicator, { strict: false });
      return { health: terminus.get(HealthCheckService, { strict: false }), indicator };
    };

    it('is up while events can be stored, and shows the reasons of the report', async () => {
      const { health, indicator } = await start({ deliveryEnabled: false });
      const result = await health.check([() => indicator.check('hooks'), () => indicator.check()]);
      expect(result.status).toBe('ok');
      expect(result.info).toMatchObject({
        hooks: { status: 'up', report: 'degraded', reasons: [{ code: 'DELIVERY_SWITCHED_OFF' }] },
        webhooks: { status: 'up' },
      });
    });

    it('is down if tables are missing, so that Terminus responds with 503', async () => {
      const { health, indicator } = await start({ worker: false });
      await host.dataSource.query('DROP TABLE webhook_throttle');
      await expect(health.check([() => indicator.check()])).rejects.toMatchObject({
        status: 503,
        response: {
          status: 'error',
          error: { webhooks: { status: 'down', reasons: [{ code: 'TABLES_MISSING' }] } },
        },
      });
      await expect(health.check([() => indicator.check('all', { of: 'deliver' })])).rejects.toMatchObject({
        status: 503,
      });
      await host.dataSource.query(
        'CREATE TABLE webhook_throttle (subject varchar(255) PRIMARY KEY, free_at bigint NOT NULL)',
      );
    });
  });
});
