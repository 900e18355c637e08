import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { eachDatabase } from '../../support/databases.js';
import { LogCapture } from '../../support/log-capture.js';
import { TestHost } from '../../support/test-host.js';

const STARTED = /^Webhooks started: /;

describe('The log line at start-up', () => {
  eachDatabase((database, kind) => {
    let host: TestHost | undefined;
    let app: INestApplication | undefined;
    afterEach(async () => {
      await host?.close();
      await app?.close();
      host = app = undefined;
    });

    const webhooks = {
      environment: 'staging',
      path: 'v2',
      encryption: { keys: [{ id: 'k-2026', key: Buffer.alloc(32, 0xa7) }] },
    };

    it('is one line of the module’s context that says what is on, without secrets', async () => {
      const logger = new LogCapture();
      host = await TestHost.start({ database: database(), webhooks, logger });
      const lines = logger.at('log', STARTED);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/ Webhooks$/);
      expect(lines[0]).not.toContain('\n');
      const parts = [
        kind === 'postgres' ? 'PostgreSQL, schema "public"' : 'SQLite, file "',
        'worker on, up to 64 requests at once',
        'admin API at /v2/tenants',
        'http and https targets',
        'secrets encrypted with key "k-2026"',
        'environment "staging"',
        kind === 'postgres'
          ? 'wake-ups by LISTEN and NOTIFY'
          : 'no wake-ups between processes, polling every 25 ms',
      ];
      for (const part of parts) expect(lines[0]).toContain(part);
      expect(lines[0]).not.toMatch(/p6enp6en|a7a7a7a7|postgres:\/\//);
    });

    it('has the global prefix of the application in the path of the admin API', async () => {
      const logger = new LogCapture();
      const module = {
        module: class HostModule {},
        imports: [
          TypeOrmModule.forRoot(database().options),
          WebhooksModule.forRoot({
            accessPolicy: BearerPolicy,
            worker: false,
            runMigrations: true,
            ...webhooks,
          }),
        ],
      };
      app = await NestFactory.create(module, { logger });
      app.setGlobalPrefix('/api/');
      await app.init();
      expect(logger.at('log', STARTED)).toEqual([
        expect.stringMatching(/worker off; admin API at \/api\/v2\/tenants; https targets only/),
      ]);
    });

    it('is lost, and nothing else, if the logger of the host throws', async () => {
      const broken = (): never => {
        throw new Error('The log cannot be written.');
      };
      const lines: unknown[] = [];
      const log = (...parts: unknown[]): void => {
        if (parts.at(-1) !== 'Webhooks') return;
        lines.push(parts[0]);
        broken();
      };
      const logger = { log, warn: broken, error: broken };
      host = await TestHost.start({ database: database(), webhooks: { environment: 'staging' }, logger });
      expect(lines).toEqual([expect.stringMatching(STARTED)]);
      expect((await host.api('shop').get('/httptransports')).status).toBe(200);
    });
  });
});
