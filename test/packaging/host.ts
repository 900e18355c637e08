// A host app as a user of the package would write it. hosts.mjs compiles and runs it outside this repository,
// as an ES module and as CommonJS.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Module, Param, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import type { AccessDecision, WebhooksAccessPolicy } from 'nestjs-tillhook';
import { CreateWebhookInbox, VerifiedWebhook, WebhookId, WebhookInbox } from 'nestjs-tillhook/receiver';
import { deliverAll, RecordingWebhookEmitter, WebhookReceiver } from 'nestjs-tillhook/testing';
import { DataSource } from 'typeorm';

class AdminPolicy implements WebhooksAccessPolicy {
  check(request: unknown, tenantUid: string): AccessDecision {
    const isAdmin = (request as IncomingMessage).headers.authorization === `Bearer ${tenantUid}-admin`;
    return isAdmin ? 'granted' : 'unauthenticated';
  }
}

@Controller('orders')
class OrdersController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly emitter: WebhookEmitter,
  ) {}

  @Post(':orderUid/settle')
  settle(@Param('orderUid') orderUid: string) {
    return this.dataSource.transaction((manager) =>
      this.emitter.emit(
        'ORDER_SETTLED',
        { store: { Uid: '70' }, order: { Uid: orderUid } },
        { tenantUid: 'demo', manager },
      ),
    );
  }
}

const STRIPE_SECRET = 'whsec_of_stripe';

@Controller('hooks')
class HooksController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: WebhookInbox,
  ) {}

  @Post('stripe')
  @VerifiedWebhook({ scheme: 'stripe', secrets: STRIPE_SECRET })
  async received(@WebhookId() id: string): Promise<{ isNew: boolean }> {
    const result = await this.dataSource.transaction((manager) =>
      this.inbox.once(manager, { source: 'stripe', id }, () => undefined),
    );
    return { isNew: result.isNew };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: 'host.sqlite',
      migrations: [CreateWebhookInbox],
      migrationsRun: true,
    }),
    WebhooksModule.forRoot({
      accessPolicy: AdminPolicy,
      runMigrations: true,
      portal: true,
      operatorPortal: true,
      pollMs: 50,
      egress: { allowCidrs: ['127.0.0.1/32'], allowHttp: true },
    }),
  ],
  controllers: [OrdersController, HooksController],
  providers: [WebhookInbox],
})
class HostModule {}

async function main(): Promise<void> {
  const received = new Promise<IncomingMessage>((resolve) => {
    receiver.once('request', (request, response) => {
      response.writeHead(204).end();
      resolve(request);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const app = await NestFactory.create(HostModule, { rawBody: true, logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();

  const call = async (path: string, body: unknown) => {
    const headers = {
      authorization: 'Bearer demo-admin',
      'content-type': 'application/json',
      connection: 'close',
    };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path} responded with ${response.status}: ${await response.clone().text()}`);
  };
  const { port } = receiver.address() as AddressInfo;
  const target = { httpTransportUid: 'till', name: 'Till', url: `http://127.0.0.1:${port}/hook` };
  await call('/tenants/demo/httptransports', target);
  await call('/tenants/demo/httptransports/till/webhooks', { action: 'ORDER_*' });
  await call('/orders/700/settle', {});
  assert.equal((await received).headers['x-webhook-action'], 'ORDER_SETTLED');

  const anonymous = await fetch(`${url}/tenants/demo/httptransports`, { headers: { connection: 'close' } });
  assert.equal(anonymous.status, 401);

  await openPortal(url);
  await receiveAndRecord(app, url);

  await app.close();
  receiver.closeAllConnections();
  receiver.close();
}

/** The files of the portal and of the operator console are in the package, in both builds. */
async function openPortal(url: string): Promise<void> {
  const load = async (file: string): Promise<string> => {
    const response = await fetch(`${url}/${file}`, { headers: { connection: 'close' } });
    assert.equal(response.status, 200, file);
    return response.text();
  };
  for (const folder of ['portal', 'operatorportal']) await openPage(folder, load);
}

async function openPage(folder: string, load: (file: string) => Promise<string>): Promise<void> {
  const page = await load(folder);
  const files = [...page.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, file]) => file!);
  assert.ok(files.some((file) => file.endsWith('.js')) && files.some((file) => file.endsWith('.css')));
  for (const file of files) assert.ok((await load(`${folder}/${file}`)).length > 0);
  assert.match(await load(`${folder}/element.js`), /assets\/(operator-)?element-/);
}

/** The entry points for receiving and for tests. */
async function receiveAndRecord(app: INestApplication, url: string): Promise<void> {
  const body = '{"id":"evt_1"}';
  const at = Math.floor(Date.now() / 1_000);
  const post = async (key: string): Promise<unknown[]> => {
    const signature = createHmac('sha256', key).update(`${at}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': `t=${at},v1=${signature}`,
      connection: 'close',
    };
    const response = await fetch(`${url}/hooks/stripe`, { method: 'POST', headers, body });
    return [response.status, ((await response.json()) as { isNew?: boolean }).isNew];
  };
  assert.deepEqual(await post('another secret'), [401, undefined]);
  assert.deepEqual(await post(STRIPE_SECRET), [201, true]);
  assert.deepEqual(await post(STRIPE_SECRET), [201, false]);

  await deliverAll(app);
  const emitter = new RecordingWebhookEmitter();
  await emitter.emit('TILL_OPEN', { till: { Uid: '30' } }, { tenantUid: 'demo' });
  assert.equal(emitter.eventsOf('TILL_OPEN')[0]?.data.till.Uid, '30');
  const started = await WebhookReceiver.start();
  assert.equal((await fetch(started.url, { method: 'POST', headers: { connection: 'close' } })).status, 204);
  await started.close();
}

const receiver = createServer();
main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
