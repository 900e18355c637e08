import type { WakeUps } from './wake-ups.js';

/**
 * Carries nothing between processes, for SQLite. A process wakes its own fan-out without it; other processes find work by
 * polling.
 */
export class InProcessWakeUps implements WakeUps {
  readonly state = 'none';

  announceEvents(): void {}

  announceWork(): void {}

  announceSettings(): void {}

  listen(): void {}

  async close(): Promise<void> {}
}
