import type { WorkCheck, WorkCheckStore } from '../persistence/ports/work-check-store.js';
import { PollLoop, type RoundResult } from '../timing/poll-loop.js';
import { withDeadline } from '../timing/with-deadline.js';
import { Announcer } from './announcer.js';
import type { Carrier, Notification } from '../persistence/ports/carrier.js';
import { numbersOf, type Channels } from './channels.js';
import { Listening } from './listening.js';
import type { WakeUpListener, WakeUps } from './wake-ups.js';

/** Interval between the work checks of a process that listens, in ms: a little more than a second. */
const CHECK_EVERY_MS = 1_050;
/** Time limit of a work check, in ms. A slower one counts as failed. */
const CHECK_WITHIN_MS = 2_000;

export interface SharedWakeUpsOptions {
  /** Runs a work check, which can also notify a channel. */
  readonly store: WorkCheckStore;
  readonly warn: (message: string) => void;
}

/**
 * Wake-ups between the processes that share a database.
 *
 * While notifications of this process to itself arrive and work checks succeed, the state is `proven`, and an idle process polls
 * only rarely. A work check is one small statement about once a second that shows whether there is anything to do, so it finds
 * work whose notification was lost. If notifications or work checks fail, the state is `unproven`: the process looks at
 * everything once and polls at intervals of `pollMs` from then on.
 */
export class SharedWakeUps implements WakeUps {
  readonly #announcer: Announcer;
  readonly #listening: Listening;
  readonly #loop: PollLoop;
  #listener: WakeUpListener | undefined;
  /** A work check that has not ended. */
  #check: Promise<WorkCheck> | undefined;
  #hasChecked = false;
  #state: WakeUps['state'] = 'none';
  /** Whether a notification of this process to itself did not arrive in time, and no connection has been proven since. */
  #isDeaf = false;
  #hasWarned = false;

  constructor(
    private readonly carrier: Carrier,
    private readonly channels: Channels,
    private readonly options: SharedWakeUpsOptions,
  ) {
    const { events, work, settings, own } = channels;
    this.#announcer = new Announcer(channels, (notifications) => carrier.send(notifications));
    this.#listening = new Listening(carrier, {
      channels: [events, work, settings],
      own,
      onNotification: (notification) => this.#hear(notification),
      onOpen: () => this.#loop.wake(),
      onChange: () => this.#update(),
      onDeaf: () => {
        this.#isDeaf = true;
        this.#update();
        this.#warnOnce(carrier.name);
      },
    });
    this.#loop = new PollLoop({
      pollMs: CHECK_EVERY_MS,
      round: () => this.#round(),
      onError: () => undefined,
    });
  }

  get state(): WakeUps['state'] {
    return this.#state;
  }

  announceEvents(): void {
    this.#announcer.announceEvents();
  }

  announceWork(transportIds: Iterable<number>): void {
    this.#announcer.announceWork(transportIds);
  }

  announceSettings(): void {
    this.#announcer.announceSettings();
  }

  listen(listener: WakeUpListener): void {
    this.#listener = listener;
    this.#listening.start();
    this.#loop.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#announcer.close(), this.#loop.stop(), this.#listening.close()]);
    await this.carrier.close();
  }

  async #round(): Promise<RoundResult> {
    const { notifiesWithWorkCheck } = this.carrier;
    const { own } = this.channels;
    const isProof = !this.#check && this.#listening.beginProof();
    this.#check ??= this.options.store
      .check(isProof && notifiesWithWorkCheck ? own : undefined)
      .finally(() => (this.#check = undefined));
    const check = this.#check;
    try {
      if (!(await withDeadline(check, performance.now() + CHECK_WITHIN_MS)))
        throw new Error('The work check has timed out.');
      this.#checked(await check);
      if (isProof && !notifiesWithWorkCheck) await this.carrier.send([{ channel: own, payload: '' }]);
      if (isProof) this.#listening.proofSent();
    } catch (error) {
      if (isProof) this.#listening.proofFailed();
      this.#hasChecked = false;
      this.#update();
      throw error;
    }
    return 'rest';
  }

  #checked(check: WorkCheck): void {
    this.#hasChecked = true;
    this.#update();
    this.#listener?.workChecked(check);
  }

  #hear({ channel, payload }: Notification): void {
    if (channel === this.channels.events) this.#listener?.eventsCommitted();
    else if (channel === this.channels.work) this.#listener?.workAdded(numbersOf(payload));
    else if (channel === this.channels.settings) this.#listener?.settingsChanged();
  }

  #update(): void {
    const wasProven = this.#state === 'proven';
    const isProven = this.#listening.isProven && this.#hasChecked;
    // If neither condition below holds, the state stays as it is: `none` at first, later `unproven`.
    if (isProven) this.#state = 'proven';
    else if (wasProven || this.#isDeaf) this.#state = 'unproven';
    if (isProven) this.#hasWarned = this.#isDeaf = false;
    if (wasProven && !isProven) this.#listener?.missed();
  }

  /** Warns once until wake-ups are proven again. */
  #warnOnce(carrier: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.options.warn(
      `Wake-ups of other processes do not arrive here: ${carrier} delivers nothing on this connection. Nothing is lost; work of ` +
        'other processes is found by polling (pollMs)',
    );
  }
}
