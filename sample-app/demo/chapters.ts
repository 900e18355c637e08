import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from './app-process.js';
import { deliveryLog } from './delivery-log.js';
import { PosClient, RequestRefused } from './pos-client.js';
import type { ReceivedRequest } from './receiver-messages.js';
import type { ReceiverProcess } from './receiver-process.js';
import { story } from './story.js';

/** How long the demo waits for a request that must not arrive: many times longer than a committed sale takes. */
const SILENCE_MS = 1_500;
const SUBSCRIPTIONS = ['TILL_OPEN', 'ORDER_*'];
const ORDERS = '/stores/main/orders';

/** The people and processes of the story. */
interface Cast {
  readonly app: AppProcess;
  readonly receiver: ReceiverProcess;
  readonly admin: PosClient;
  readonly cashier: PosClient;
}

/** @throws {Error} if something does not happen as the story says */
export async function tellTheStory(app: AppProcess, receiver: ReceiverProcess): Promise<void> {
  story.title('nestjs-tillhook: a till sells, and another system reliably receives the signed event');
  story.chapter(1, 'Two processes that do not know each other');
  story.does(`POS back end, pid ${app.pid}`, `${app.url} (NestJS, TypeORM, SQLite; the module inside)`);
  story.does(`receiver, pid ${receiver.pid}`, `${receiver.url} (checks signatures with "standardwebhooks")`);
  const admin = await PosClient.signIn(app.url, 'admin', 'admin');
  const cashier = await PosClient.signIn(app.url, 'cashier', 'cashier');
  const cast = { app, receiver, admin, cashier };
  await subscribe(cast);
  await sell(cast);
  await rollBack(cast);
  await failTwice(cast);
  await showLog(cast);
}

async function subscribe({ admin, receiver }: Cast): Promise<void> {
  story.chapter(2, 'An admin of the tenant configures which events go where (REST API of the module)');
  const { signingSecret } = await admin.post<{ signingSecret: string }>('/httptransports', {
    httpTransportUid: 'web-shop',
    name: 'Web shop',
    url: receiver.url,
  });
  await receiver.trust(signingSecret);
  story.does(
    'POST …/httptransports',
    `where to send; its signing secret ${signingSecret.slice(0, 12)}… is shown only once`,
  );
  for (const action of SUBSCRIPTIONS) {
    await admin.post('/httptransports/web-shop/webhooks', { action });
    story.does('POST …/httptransports/web-shop/webhooks', `which actions: ${action}`);
  }
}

async function sell({ admin, cashier, receiver }: Cast): Promise<void> {
  story.chapter(3, 'The cashier opens the till and rings up a sale');
  await admin.post('/products', { productUid: 'coffee', name: 'Filter coffee' });
  await admin.post('/products/coffee/prices', { amount: 549 });
  await admin.put('/warehouses/central/stock/coffee', { quantity: 40 });
  await cashier.post('/stores/main/tills/till-1/open', { openingAmount: 10_000 });
  story.does('POST …/tills/till-1/open', 'with 100.00 in it');
  const startedAt = Date.now();
  await cashier.post(ORDERS, saleOf(2, 'sale-1'));
  story.does(`POST …${ORDERS}`, '2 coffees, paid, taken along: order, stock and events in one transaction');
  for (const action of ['TILL_OPEN', 'ORDER_SETTLED', 'ORDER_DELIVERED']) {
    showVerified(await receiver.waitFor(action, (request) => request.action === action));
  }
  const [settled] = await receiver.waitFor('ORDER_SETTLED', (request) => request.action === 'ORDER_SETTLED');
  story.lines(settled?.body ?? '');
  story.means(
    `Small and signed. All requests arrived within ${Date.now() - startedAt} ms after the sale was sent.`,
  );
}

async function rollBack({ cashier, receiver }: Cast): Promise<void> {
  story.chapter(4, 'The next sale fails half-way: paid, ORDER_SETTLED emitted, and then the stock runs out');
  const before = receiver.received.length;
  const refusal = await cashier.post(ORDERS, saleOf(500, 'sale-2')).then(
    () => Promise.reject(new Error('A sale of 500 coffees went through although there are only 38.')),
    (error: unknown) => error,
  );
  if (!(refusal instanceof RequestRefused) || refusal.statusCode !== 409) throw refusal;
  story.does(
    `POST …${ORDERS}`,
    `500 coffees: 409 ${(JSON.parse(refusal.body) as { message: string }).message}`,
  );
  await sleep(SILENCE_MS);
  const strays = receiver.received.slice(before);
  if (strays.length > 0)
    throw new Error(`The sale was rolled back, and yet ${JSON.stringify(strays[0])} arrived.`);
  story.sees('nothing', `for ${SILENCE_MS / 1000} s`);
  story.means('The event was in the transaction that was rolled back, so nothing was sent.');
}

async function failTwice({ cashier, receiver }: Cast): Promise<void> {
  story.chapter(5, 'The receiver fails: it responds with 500 twice');
  await receiver.failNext(2);
  await cashier.post(ORDERS, { ...saleOf(1, 'sale-3'), warehouseUid: undefined });
  story.does(`POST …${ORDERS}`, '1 coffee, paid; the sale does not wait for the receiver');
  const isThisSale = ({ body }: ReceivedRequest): boolean => body.includes('"sale-3"');
  const attempts = await receiver.waitFor('an attempt to deliver sale-3', isThisSale, 3);
  showVerified(attempts);
  if (attempts.some(({ id }) => id !== attempts[0]?.id))
    throw new Error('The attempts had different webhook-ids.');
  story.means(
    'Every attempt carries the same webhook-id, so a receiver can tell a retry from a second sale.',
  );
}

async function showLog({ admin }: Cast): Promise<void> {
  story.chapter(6, 'Every attempt is recorded: the delivery log (GET …/deliveries)');
  story.lines(await deliveryLog(admin));
  story.title('That was it. To see the portal with example traffic, run npm start: it prints a link.');
  story.lines('The portal: docs/portal.md · the routes: http://127.0.0.1:3000/docs while npm start runs\n');
}

const saleOf = (quantity: number, orderUid: string) => ({
  orderUid,
  tillUid: 'till-1',
  warehouseUid: 'central',
  lines: [{ productUid: 'coffee', quantity }],
  payments: [{ amount: quantity * 549 }],
});

function showVerified(requests: readonly ReceivedRequest[]): void {
  for (const { action, attempt, id, verified, statusCode } of requests) {
    if (!verified) throw new Error(`The signature of ${action} (webhook-id ${id}) is not valid.`);
    const what = `${action}${attempt > 1 || statusCode !== 200 ? `, attempt ${attempt}` : ''}`;
    const good = statusCode === 200;
    story.sees(what, `webhook-id …${id.slice(-8)}  signature valid  response ${statusCode}`, good);
  }
}
