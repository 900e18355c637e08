import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { type ActionCatalog, WebhookEmitter } from 'nestjs-tillhook';
import type { Actor } from '../account/actor.js';
import { PosTransactions } from '../database/pos-transactions.js';
import { nextOccurrence } from './example-events.js';

/** A gentle flow: the lists and plots of the portal move, and can still be read. */
const EVERY_MS = 6_000;

/** Emits an event every few seconds, as long as the app runs. */
@Injectable()
export class ExampleFlow implements BeforeApplicationShutdown {
  readonly #logger = new Logger('ExampleFlow');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly transactions: PosTransactions,
    private readonly webhooks: WebhookEmitter<ActionCatalog>,
  ) {}

  start(actor: Actor): void {
    this.#timer = setInterval(() => {
      this.#emit(actor).catch((error: unknown) =>
        this.#logger.warn(`An event was not emitted: ${String(error)}`),
      );
    }, EVERY_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async #emit(actor: Actor): Promise<void> {
    const { action, data, orderingKey } = nextOccurrence(Math.random, actor);
    const tenantUid = actor.tenant.Uid;
    await this.transactions.run((manager) =>
      this.webhooks.emit(action, data, { tenantUid, orderingKey, manager }),
    );
  }
}
