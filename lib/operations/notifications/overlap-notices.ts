import { Inject, Injectable } from '@nestjs/common';
import { notificationEvent } from '../../domain/notification-event.js';
import type { SecretOverlapEnding } from '../../domain/notification.js';
import { overlapEnd } from '../../domain/overlap-notice.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import {
  NotificationRepository,
  type EndingOverlap,
} from '../../persistence/repositories/notification.repository.js';
import { PollLoop } from '../../timing/poll-loop.js';
import { safeErrorText } from '../safe-error-text.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { NotificationHub } from './notification-hub.js';

/** How often a process with a worker looks for overlaps that end, in ms. */
const EVERY_MS = 60_000;
/** Number of transports that are read at once. */
const BATCH = 100;

/**
 * Publishes `secretOverlapEnding`: the overlap of rotated secrets ends soon. A column of the transport says when the
 * notification is due. An index contains only the transports that have such a date, so a query costs the same with any number
 * of tenants. All processes with a worker query it, and one of them publishes: the one whose transaction clears the column.
 */
@Injectable()
export class OverlapNotices {
  readonly #logger = new WebhooksLogger();
  readonly #loop = new PollLoop({
    pollMs: EVERY_MS,
    round: async () => {
      if (this.#isEnabled) await this.publishDue();
      return false;
    },
    onError: (error, failures) => {
      if (failures === 1)
        this.#logger.warn(
          `Looking for ending overlaps of signing secrets failed and is tried again: ${safeErrorText(error)}`,
        );
    },
  });
  #isEnabled = true;

  constructor(
    private readonly repository: NotificationRepository,
    private readonly notifications: NotificationHub,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  start(): void {
    this.#loop.start();
  }

  /** If disabled, publishes nothing, and looks again once it is enabled. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Publishes the notifications that are due now. */
  async publishDue(): Promise<void> {
    const now = this.database.now();
    let after: EndingOverlap | undefined;
    do {
      const overlaps = await this.repository.endingOverlaps(now, BATCH, after);
      for (const overlap of overlaps) await this.#publish(overlap, now);
      after = overlaps.length === BATCH ? overlaps.at(-1) : undefined;
    } while (after && this.#isEnabled);
  }

  async #publish(overlap: EndingOverlap, now: number): Promise<void> {
    const { tenantUid, httpTransportUid, signingSecrets } = overlap;
    const notification: SecretOverlapEnding | null = signingSecrets && {
      type: 'secretOverlapEnding',
      at: new Date(now),
      tenantUid,
      httpTransportUid,
      overlapEndsAt: new Date(overlapEnd(signingSecrets, 0)),
    };
    const event = notification && notificationEvent(notification);
    try {
      const isPublished = await this.repository.endOverlapNotice(overlap, event);
      if (isPublished && notification) this.notifications.publish(notification);
    } catch (error) {
      // One transport must not delay the others. The next look tries it again.
      this.#logger.warn(
        `Notification secretOverlapEnding of HTTP transport "${httpTransportUid}" of tenant "${tenantUid}" failed: ${safeErrorText(error)}`,
      );
    }
  }
}
