import type { Glance } from '../persistence/glance-store.js';

/** How a process that fans out and delivers reacts to others. */
export interface WakeUpListener {
  /** Another process has committed events. */
  readonly eventsCommitted: () => void;
  /** Another process has added work to these lanes, or left them with work. */
  readonly workAdded: (transportIds: readonly number[]) => void;
  /** About once a second. */
  readonly glanced: (glance: Glance) => void;
  /** Wake-ups may have been missed, and polling begins: look at everything once. */
  readonly missed: () => void;
}

/**
 * Wake-ups between processes. Each is only a hint: a lost one costs at most the time to the next glance or poll, and one too many
 * a look.
 */
export interface WakeUps {
  /**
   * Whether wake-ups of other processes arrive here. `proven`: a notification of its own has just arrived. `unproven`: none did,
   * so work of other processes is found by polling. `none`: nothing carries wake-ups, or this process does not listen.
   */
  readonly state: 'proven' | 'unproven' | 'none';

  /** This process has committed events. Returns at once and never throws. */
  announceEvents(): void;

  /** Lanes have work that this process will not do: others hold them, or may claim them. Returns at once and never throws. */
  announceWork(transportIds: Iterable<number>): void;

  /** From now on this process listens. May be called once. */
  listen(listener: WakeUpListener): void;

  /** Ends listening and announcing. */
  close(): Promise<void>;
}

/** Injection token of the `WakeUps`. */
export const WAKE_UPS = 'nestjs-tillhook:WakeUps';
