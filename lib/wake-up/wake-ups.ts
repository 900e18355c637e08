import type { WorkCheck } from '../persistence/ports/work-check-store.js';

/** Callbacks of a process that fans out and delivers. */
export interface WakeUpListener {
  /** Another process has committed events. */
  readonly eventsCommitted: () => void;
  /** Another process has added work to these lanes, or has released them with due work. */
  readonly workAdded: (transportIds: readonly number[]) => void;
  /** Settings that all processes share have changed. */
  readonly settingsChanged: () => void;
  /** A work check has succeeded. Called about once a second. */
  readonly workChecked: (check: WorkCheck) => void;
  /** Wake-ups may have been missed, and polling begins: look at everything once. */
  readonly missed: () => void;
}

/**
 * Wake-ups between processes. Each is only a hint: a lost one delays work until the next work check (see `WorkCheck`) or poll,
 * and a superfluous one costs one look.
 */
export interface WakeUps {
  /**
   * Whether wake-ups of other processes arrive here. `proven`: notifications of this process to itself arrive, and work checks
   * succeed. `unproven`: the notifications or the work checks fail, so work of other processes is found by polling. `none`:
   * nothing carries wake-ups, this process does not listen, or no connection has been tested yet.
   */
  readonly state: 'proven' | 'unproven' | 'none';

  /** This process has committed events. Returns at once and never throws. */
  announceEvents(): void;

  /**
   * Announces lanes that have work which this process will not do: other processes hold them or may claim them. Returns at
   * once and never throws.
   */
  announceWork(transportIds: Iterable<number>): void;

  /** This process has changed settings that all processes share. Returns at once and never throws. */
  announceSettings(): void;

  /** From now on this process listens. May be called once. */
  listen(listener: WakeUpListener): void;

  /** Ends listening and announcing. */
  close(): Promise<void>;
}

/** Injection token of the `WakeUps`. */
export const WAKE_UPS = 'nestjs-tillhook:WakeUps';
