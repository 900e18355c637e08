import type { Glance, GlanceStore } from '../persistence/ports/glance-store.js';
import { PollLoop, type RoundResult } from '../timing/poll-loop.js';
import { withDeadline } from '../timing/with-deadline.js';
import { Announcer } from './announcer.js';
import type { Carrier, Notification } from '../persistence/ports/carrier.js';
import { numbersOf, type Channels } from './channels.js';
import { Listening } from './listening.js';
import type { WakeUpListener, WakeUps } from './wake-ups.js';

/** Interval between the glances of a process that listens, in ms: a little more than a second. */
const GLANCE_EVERY_MS = 1_050;
/** Time limit of a glance, in ms. A slower one counts as failed. */
const GLANCE_WITHIN_MS = 2_000;

export interface SharedWakeUpsOptions {
  /** Runs a glance, which can also notify a channel. */
  readonly store: GlanceStore;
  readonly warn: (message: string) => void;
}

/**
 * Wake-ups between the processes that share a database.
 *
 * While notifications of this process to itself arrive and glances succeed, the state is `proven`, and the process does not
 * poll. A glance is one small statement about once a second that shows whether there is anything to do, so it finds work
 * whose notification was lost. If notifications or glances fail, the state is `unproven`: the process looks at everything
 * once and polls from then on.
 */
export class SharedWakeUps implements WakeUps {
  readonly #announcer: Announcer;
  readonly #listening: Listening;
  readonly #loop: PollLoop;
  #listener: WakeUpListener | undefined;
  /** A glance that has not ended. */
  #glance: Promise<Glance> | undefined;
  #hasGlanced = false;
  #state: WakeUps['state'] = 'none';
  /** Whether a connection delivered nothing, and none has been proven since. */
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
      pollMs: GLANCE_EVERY_MS,
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
    const { notifiesWithGlance } = this.carrier;
    const { own } = this.channels;
    const isProof = !this.#glance && this.#listening.beginProof();
    this.#glance ??= this.options.store
      .glance(isProof && notifiesWithGlance ? own : undefined)
      .finally(() => (this.#glance = undefined));
    const glance = this.#glance;
    try {
      if (!(await withDeadline(glance, performance.now() + GLANCE_WITHIN_MS)))
        throw new Error('The glance has timed out.');
      this.#glanced(await glance);
      if (isProof && !notifiesWithGlance) await this.carrier.send([{ channel: own, payload: '' }]);
      if (isProof) this.#listening.proofSent();
    } catch (error) {
      if (isProof) this.#listening.proofFailed();
      this.#hasGlanced = false;
      this.#update();
      throw error;
    }
    return 'rest';
  }

  #glanced(glance: Glance): void {
    this.#hasGlanced = true;
    this.#update();
    this.#listener?.glanced(glance);
  }

  #hear({ channel, payload }: Notification): void {
    if (channel === this.channels.events) this.#listener?.eventsCommitted();
    else if (channel === this.channels.work) this.#listener?.workAdded(numbersOf(payload));
    else if (channel === this.channels.settings) this.#listener?.settingsChanged();
  }

  #update(): void {
    const wasProven = this.#state === 'proven';
    const isProven = this.#listening.isProven && this.#hasGlanced;
    // Otherwise nothing is known yet, and the state stays as it is.
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
