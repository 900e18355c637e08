import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TlsReceiver } from '../support/tls-receiver.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { perEndpoint, timeoutMs } = sized(
  { perEndpoint: 120, timeoutMs: 1_000 },
  { perEndpoint: 600, timeoutMs: 5_000 },
);
const ENDPOINTS = 4;
const ANSWER_MS = 250;
const POLL_MS = 100;
const LEASE_MS = shortestLease(timeoutMs);
/** Long enough for a process that has been woken to do all it would do at once. */
const AWAKE_MS = 1_500;

const webhooks = { timeoutMs, leaseMs: LEASE_MS, pollMs: POLL_MS };
let scene: Scene;
afterEach(() => scene.close());

describe('a process that is frozen for longer than its lease', () => {
  it('changes nothing that others have moved on, and starts no request on its old lease', async () => {
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks });
    const { endpoints } = scene;
    endpoints.answering = () => ({ status: 204, afterMs: ANSWER_MS });
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    const zombie = await scene.startWorker();
    const emitted: string[] = [];
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const uids = await scene.emitMany(`tenant-${n}`, perEndpoint);
      emitted.push(...uids.map((uid) => `${n}/${uid}`));
    }
    await eventually(() => Array.from({ length: ENDPOINTS }).every((_, n) => endpoints.openAt(n) === 8));
    zombie.freeze();
    const underWay = ENDPOINTS * 8;
    const other = await scene.startWorker();
    const ofOther = () => endpoints.arrivals.filter(({ sender }) => sender === other.name);
    await eventually(() => ofOther().length >= 2 * underWay, { withinMs: LEASE_MS + 10_000 });

    await eventually(async () => (await ends()).size > 0);
    const before = await ends();
    zombie.thaw();
    const thawedAt = Date.now();
    await sleep(AWAKE_MS);
    // The other holds all lanes and has much to do, so that nothing is left to the zombie but what it had.
    expect(endpoints.arrivals.length).toBeLessThan(emitted.length);
    const ofZombie = endpoints.arrivals.filter(({ sender, at }) => sender === zombie.name && at >= thawedAt);
    expect(ofZombie).toEqual([]);
    const after = await ends();
    expect([...before].filter(([id, end]) => after.get(id) !== end)).toEqual([]);

    await scene.untilLog({ DELIVERED: emitted.length }, 60_000);
    const delivered = endpoints.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    expect(endpoints.arrivals.length - emitted.length).toBeLessThanOrEqual(underWay);
    expect(zombie.isRunning).toBe(true);
  }, 60_000);

  it('sends nothing again that others have delivered and given back meanwhile', async () => {
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks });
    const { endpoints } = scene;
    endpoints.answering = () => ({ status: 204, afterMs: 50 });
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    const zombie = await scene.startWorker();
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.emitMany(`tenant-${n}`, perEndpoint);
    await eventually(() => Array.from({ length: ENDPOINTS }).every((_, n) => endpoints.openAt(n) > 0));
    zombie.freeze();
    const other = await scene.startWorker();
    await scene.untilLog({ DELIVERED: perEndpoint * ENDPOINTS }, LEASE_MS + 30_000);
    await other.terminate();

    const before = endpoints.arrivals.length;
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.emitMany(`tenant-${n}`, 1);
    zombie.thaw();
    await scene.untilLog({ DELIVERED: (perEndpoint + 1) * ENDPOINTS }, LEASE_MS + 10_000);
    await sleep(AWAKE_MS);
    expect(endpoints.arrivals.slice(before)).toHaveLength(ENDPOINTS);
  }, 60_000);

  it('sends nothing on a connection that came about meanwhile', async () => {
    const egress = { allowCidrs: ['127.0.0.0/8'], allowHttp: true };
    scene = await Scene.open({ webhooks: { ...webhooks, egress } });
    const receiver = await TlsReceiver.start();
    const gate = await Gate.before(receiver.port);
    const api = scene.host.api('shop');
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: gate.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    const env = { NODE_EXTRA_CA_CERTS: 'test/support/tls/receiver.cert.pem' };
    const zombie = await scene.startWorker({ env });
    await scene.emit('shop');
    await eventually(() => gate.connections === 1);
    zombie.freeze();
    gate.open();
    await scene.startWorker({ env });
    await scene.untilLog({ DELIVERED: 1 }, LEASE_MS + 10_000);
    zombie.thaw();
    await sleep(AWAKE_MS);
    gate.close();
    await receiver.close();
    expect(receiver.requests).toBe(1);
  }, 60_000);
});

/** How each delivery that has ended did so. */
async function ends(): Promise<Map<string, string>> {
  const rows = await scene.host.dataSource.query<{ id: string }[]>(
    'SELECT id, status, attempts, finished_at FROM webhook_delivery WHERE finished_at IS NOT NULL',
  );
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
}

/** Accepts connections for a receiver, and passes nothing on until it is opened. */
class Gate {
  connections = 0;
  #isOpen = false;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly port: number) {}

  static async before(port: number): Promise<Gate> {
    const gate = new Gate(port);
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.1.1', resolve));
    return gate;
  }

  readonly #server = createServer((socket) => {
    this.connections += 1;
    this.#sockets.add(socket.on('error', () => undefined).pause());
    if (this.#isOpen) this.#pass(socket);
  });

  get url(): string {
    return `https://127.0.1.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  open(): void {
    this.#isOpen = true;
    for (const socket of this.#sockets) this.#pass(socket);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(socket: Socket): void {
    const receiver = connect(this.port, '127.0.1.1').on('error', () => socket.destroy());
    socket.pipe(receiver).pipe(socket);
    socket.on('close', () => receiver.destroy());
  }
}
