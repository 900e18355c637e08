import { Injectable } from '@nestjs/common';
import { HttpTransports } from 'nestjs-tillhook';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../account/actor.js';
import { TenantUser } from '../account/tenant-user.entity.js';
import { Tenant } from '../account/tenant.entity.js';
import { getOne } from '../database/entity-store.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { Setting } from '../database/setting.entity.js';
import { ExampleFlow } from './example-flow.js';
import { ExampleHistory } from './example-history.js';
import { ExampleReceivers } from './example-receivers.js';
import { EXAMPLE_TENANT, EXAMPLE_TRANSPORTS } from './example-transports.js';

/** Name of the setting with the port of the receivers. */
const RECEIVERS_PORT = 'exampleReceiversPort';
/** Value of that setting while a process makes the history. It stays if the process is killed meanwhile. */
const UNFINISHED = '0';

/** Result of `ExampleTraffic.start`: it made a history, continued an earlier one, or found other data and made nothing. */
export type ExampleStart = 'made' | 'continued' | 'refused';

/** Gives the portal something to show: HTTP transports with real receivers, a generated history, and a flow of fresh events. */
@Injectable()
export class ExampleTraffic {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly receivers: ExampleReceivers,
    private readonly history: ExampleHistory,
    private readonly flow: ExampleFlow,
    private readonly transports: HttpTransports,
  ) {}

  /**
   * Starts the receivers and the flow, and makes the history unless it exists. If the tenant has transports or events that are
   * not from an earlier start, it does nothing.
   */
  async start(): Promise<ExampleStart> {
    const { actor, stored } = await this.transactions.read(async (manager) => ({
      actor: await readAdmin(manager),
      stored: await manager.findOneBy(Setting, { name: RECEIVERS_PORT }),
    }));
    if (stored ? stored.value === UNFINISHED : !(await this.#claim())) return 'refused';
    const port = String(await this.receivers.listen(Number(stored?.value ?? 0)));
    if (!stored) await this.history.make(actor, (uid) => this.receivers.urlOf(uid));
    else if (stored.value !== port) await this.#moveTransports();
    await this.transactions.run((manager) =>
      manager.update(Setting, { name: RECEIVERS_PORT }, { value: port }),
    );
    this.flow.start(actor);
    return stored ? 'continued' : 'made';
  }

  /** Of several processes that start on an empty database, one makes the history. @returns whether it is this one */
  #claim(): Promise<boolean> {
    return this.transactions.run(async (manager) => {
      if (await hasData(manager)) return false;
      await manager.insert(Setting, { name: RECEIVERS_PORT, value: UNFINISHED });
      return true;
    });
  }

  /** Changes the URLs of the transports, because another process uses the old port. Those that a user deleted or moved stay so. */
  async #moveTransports(): Promise<void> {
    const { items } = await this.transports.list(EXAMPLE_TENANT, { pageSize: 100 });
    for (const { uid } of EXAMPLE_TRANSPORTS) {
      const transport = items.find(({ httpTransportUid }) => httpTransportUid === uid);
      if (!transport || !isReceiver(transport.url, uid)) continue;
      await this.transports.update(
        EXAMPLE_TENANT,
        uid,
        { url: this.receivers.urlOf(uid) },
        { actor: 'sample-app' },
      );
    }
  }
}

const isReceiver = (url: string, uid: string): boolean => {
  const { hostname, pathname } = new URL(url);
  return hostname === '127.0.0.1' && pathname === `/${uid}`;
};

async function hasData(manager: EntityManager): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `SELECT 1 FROM webhook_event WHERE tenant_uid = '${EXAMPLE_TENANT}'
     UNION ALL SELECT 1 FROM webhook_http_transport WHERE tenant_uid = '${EXAMPLE_TENANT}' LIMIT 1`,
  );
  return rows.length > 0 || manager.existsBy(Setting, { name: RECEIVERS_PORT });
}

/** The tenant's admin, as an access token would name them. */
async function readAdmin(manager: EntityManager): Promise<Actor> {
  const tenant = await manager.findOneByOrFail(Tenant, { uid: EXAMPLE_TENANT });
  const user = await getOne(manager, TenantUser, { tenantUid: EXAMPLE_TENANT, uid: 'admin' });
  return {
    tenant: { Id: tenant.id, Uid: tenant.uid },
    user: { Id: user.id, Uid: user.uid },
    role: user.role,
  };
}
