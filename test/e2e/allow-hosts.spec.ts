import type { LoggerService } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createMigratedDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

describe('egress.allowHosts', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  let host: TestHost;
  const warnings: string[] = [];
  const logger: LoggerService = {
    log: () => undefined,
    error: () => undefined,
    warn: (message: string) => void warnings.push(message),
  };
  const start = async (egress: object): Promise<TenantClient> => {
    host = await TestHost.start({ database, logger, webhooks: { egress } });
    return new TenantClient(host);
  };
  const localUrl = (): string => receiver.url.replace('127.0.0.1', 'localhost');
  const create = (tenant: TenantClient) =>
    tenant.api.request<{ code: string; message: string[] }>('POST', '/httptransports', {
      name: 'ERP',
      url: localUrl(),
    });

  beforeEach(async () => {
    warnings.length = 0;
    database = await createMigratedDatabase('sqlite');
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await host.close();
    await receiver.close();
    await database.drop();
  });

  it('lets a webhook reach a receiver on localhost', async () => {
    const { port } = new URL(receiver.url);
    const tenant = await start({
      allowHosts: [`localhost:${port}`],
      allowCidrs: ['127.0.0.0/8', '::1/128'],
      allowHttp: true,
    });
    await tenant.transport(receiver, { url: localUrl() });
    await tenant.emit();
    await receiver.waitFor(1);
    expect(receiver.requests[0]!.headers['host']).toBe(`localhost:${port}`);
  });

  it('is named to the operator in the log if it is missing; the tenant sees only the rule', async () => {
    const tenant = await start({ allowCidrs: ['127.0.0.0/8'], allowHttp: true });
    const { status, body } = await create(tenant);
    expect([status, body.code]).toEqual([400, 'TARGET_REFUSED']);
    expect(JSON.stringify(body)).not.toContain('egress');
    const { host: name } = new URL(localUrl());
    expect(warnings).toEqual([
      `A URL with the host ${name} was refused (RESERVED_NAME). If requests to it are intended, see the option egress.allowHosts: ['${name}'].`,
    ]);
    await create(tenant);
    expect(warnings).toHaveLength(1);
  });

  it('does not allow the addresses behind the name, which the log says, too', async () => {
    const tenant = await start({ allowHosts: ['localhost'], allowHttp: true });
    await tenant.transport(receiver, { url: localUrl(), retryScheduleSeconds: [] });
    await tenant.emit();
    await tenant.untilLogged({ status: 'FAILED', lastErrorCode: 'CONNECT_FAILED' });
    expect(receiver.requests).toEqual([]);
    await eventually(() =>
      warnings.some((line) => line.includes('(ADDRESS)') && line.includes('egress.allowCidrs')),
    );
  });
});
