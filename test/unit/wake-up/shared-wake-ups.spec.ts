import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkCheck } from '../../../lib/persistence/ports/work-check-store.js';
import type {
  Carrier,
  ListenOptions,
  Notification,
  Subscription,
} from '../../../lib/persistence/ports/carrier.js';
import { channelsOf } from '../../../lib/wake-up/channels.js';
import { SharedWakeUps } from '../../../lib/wake-up/shared-wake-ups.js';
import { eventually } from '../../support/eventually.js';

const NOTHING: WorkCheck = {
  hasEvents: false,
  dueDates: [],
  recoveryDueAt: null,
  environment: undefined,
  stop: undefined,
  sentAt: 0,
};

/** Carries notifications within this process. While `isDeaf`, it loses them; while `isAway`, it fails. */
class LocalCarrier implements Carrier {
  readonly name = 'LocalCarrier';
  readonly notifiesWithWorkCheck = true;
  readonly open = new Set<ListenOptions>();
  isDeaf = false;
  isAway = false;
  opened = 0;

  async send(notifications: readonly Notification[]): Promise<void> {
    if (this.isAway) throw new Error('away');
    if (this.isDeaf) return;
    for (const notification of notifications) {
      for (const { channels, onNotification } of this.open) {
        if (channels.includes(notification.channel)) onNotification(notification);
      }
    }
  }

  async listen(options: ListenOptions): Promise<Subscription> {
    this.opened += 1;
    if (this.isAway) throw new Error('away');
    this.open.add(options);
    return { close: async () => void this.open.delete(options) };
  }

  async close(): Promise<void> {}

  /** Ends all connections. */
  cut(): void {
    for (const options of this.open) {
      this.open.delete(options);
      options.onEnd();
    }
  }
}

describe('wake-ups between processes', () => {
  let carrier: LocalCarrier;
  let wakeUps: SharedWakeUps;
  let hangs: boolean;
  let missed: number;
  let warnings: string[];

  beforeEach(async () => {
    carrier = new LocalCarrier();
    hangs = false;
    missed = 0;
    warnings = [];
    wakeUps = new SharedWakeUps(carrier, channelsOf('public', undefined), {
      store: {
        check: async (channel) => {
          if (hangs) await new Promise<void>((resolve) => setTimeout(resolve, 4_000));
          if (channel !== undefined) await carrier.send([{ channel, payload: '' }]);
          return NOTHING;
        },
      },
      warn: (message) => warnings.push(message),
    });
  });
  afterEach(() => wakeUps.close());

  const listen = (): void =>
    wakeUps.listen({
      eventsCommitted: () => undefined,
      workAdded: () => undefined,
      settingsChanged: () => undefined,
      workChecked: () => undefined,
      missed: () => (missed += 1),
    });

  it('are neither proven nor unproven until the test message of the process has arrived', async () => {
    expect(wakeUps.state).toBe('none');
    listen();
    expect(wakeUps.state).toBe('none');
    await eventually(() => wakeUps.state === 'proven');
    expect([missed, warnings]).toEqual([0, []]);
  });

  it('are unproven when a work check hangs, which causes one look for missed work', async () => {
    listen();
    await eventually(() => wakeUps.state === 'proven');
    hangs = true;
    await eventually(() => wakeUps.state === 'unproven');
    expect([missed, warnings]).toEqual([1, []]);
    hangs = false;
    await eventually(() => wakeUps.state === 'proven');
    expect(missed).toBe(1);
  }, 20_000);

  it('are unproven at once when the connection ends, and opened again at once', async () => {
    listen();
    await eventually(() => wakeUps.state === 'proven');
    carrier.cut();
    expect([wakeUps.state, missed]).toEqual(['unproven', 1]);
    await eventually(() => wakeUps.state === 'proven');
    expect([missed, warnings]).toEqual([1, []]);
  });

  it('open connections ever more rarely while these deliver nothing, with one warning', async () => {
    carrier.isDeaf = true;
    listen();
    await eventually(() => wakeUps.state === 'unproven');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(carrier.opened).toBeLessThanOrEqual(4);
    expect(warnings).toHaveLength(1);
    expect(missed).toBe(0);
  }, 20_000);

  it('warn of nothing while the carrier is away', async () => {
    carrier.isAway = true;
    listen();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([wakeUps.state, warnings, missed]).toEqual(['none', [], 0]);
    carrier.isAway = false;
    await eventually(() => wakeUps.state === 'proven');
  }, 20_000);
});
