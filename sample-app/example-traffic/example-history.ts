import { Injectable } from '@nestjs/common';
import { HttpTransports, WebhookRecoveries, Webhooks } from 'nestjs-tillhook';
import type { Actor } from '../account/actor.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { backdate } from './backdate.js';
import { pastEvents } from './example-events.js';
import { AGO, EXAMPLE_TENANT, EXAMPLE_TRANSPORTS } from './example-transports.js';
import { seededRandom } from './random.js';
import { simulateDeliveries } from './simulate-deliveries.js';
import { readNumbers, writeHistory } from './write-history.js';

const SEED = 20_261;
/** Clocks of this process and of the database may differ by less than this. All generated changes are older. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Makes the past of the example: HTTP transports, changes of them, and deliveries.
 *
 * Transports, webhooks and commands go through the module's services, so that rules and audit are the real ones, and only
 * their times are moved. Deliveries are written as rows. Real deliveries would take as long as their retries wait,
 * and their statistics could not be moved, because they are counted in buckets of the real time. The rows keep the module's
 * invariants: numbers rise with time, and each outcome and each change of the queue has a fact, from which the module itself counts
 * the statistics and the depth of the queue. The last step, a recovery, goes through the module's services again.
 *
 * Only an example may write to the module's tables. The form of the tables is not part of the module's API.
 */
@Injectable()
export class ExampleHistory {
  constructor(
    private readonly transactions: PosTransactions,
    private readonly transports: HttpTransports,
    private readonly webhooks: Webhooks,
    private readonly recoveries: WebhookRecoveries,
  ) {}

  /**
   * @param admin of the tenant, who makes the changes
   * @param urlOf returns the URL of the receiver of the transport with this uid
   */
  async make(admin: Actor, urlOf: (transportUid: string) => string): Promise<void> {
    const now = Date.now();
    const by = { actor: `user:${admin.user.Uid}` };
    const change = async (ago: number, work: () => Promise<unknown>): Promise<void> => {
      await work();
      await this.transactions.run((manager) => backdate(manager, now - CLOCK_SLACK_MS, now - ago));
    };

    await change(AGO.transportsCreated, () => this.#createTransports(urlOf, by));
    // Before the deletion: the history needs the numbers of the transport that is deleted.
    const numbers = await this.transactions.read(readNumbers);
    await change(AGO.secretRotated, () => this.transports.rotateSecret(EXAMPLE_TENANT, 'web-shop', {}, by));
    await change(AGO.dataWarehouseDisabled, () => this.#disableAsFailing('data-warehouse'));
    await change(AGO.oldShopDeleted, () => this.transports.delete(EXAMPLE_TENANT, 'old-shop', by));
    await change(AGO.warehousePaused, () => this.transports.pause(EXAMPLE_TENANT, 'warehouse', by));

    const random = seededRandom(SEED);
    const events = pastEvents(random, admin, now);
    const transports = EXAMPLE_TRANSPORTS.map((transport) =>
      simulateDeliveries(transport, events, random, now),
    );
    await this.transactions.run((manager) =>
      writeHistory(manager, admin.tenant.Id, events, transports, numbers),
    );

    const [since, until] = [AGO.accountingFails, AGO.accountingIsBack].map((ago) => new Date(now - ago));
    await this.recoveries.recover(EXAMPLE_TENANT, 'accounting', { since: since!, until }, by);
  }

  async #createTransports(urlOf: (transportUid: string) => string, by: { actor: string }): Promise<void> {
    for (const { uid, name, webhooks, retryScheduleSeconds } of EXAMPLE_TRANSPORTS) {
      await this.transports.create(
        EXAMPLE_TENANT,
        {
          httpTransportUid: uid,
          name,
          url: urlOf(uid),
          ...(retryScheduleSeconds && { retryScheduleSeconds: [...retryScheduleSeconds] }),
        },
        by,
      );
      for (const webhook of webhooks) {
        const { uid: webhookUid, action } = webhook;
        await this.webhooks.create(EXAMPLE_TENANT, uid, { webhookUid, action }, by);
      }
    }
  }

  /** Disables a transport as the module does after five days of failures, which nobody wants to wait for. */
  async #disableAsFailing(uid: string): Promise<void> {
    await this.transports.disable(EXAMPLE_TENANT, uid, { reason: 'FAILING' });
    await this.transactions.run((manager) =>
      manager.query(
        `UPDATE webhook_audit SET actor = 'system'
         WHERE tenant_uid = '${EXAMPLE_TENANT}' AND http_transport_uid = '${uid}' AND kind = 'TRANSPORT_DISABLED'`,
      ),
    );
  }
}
