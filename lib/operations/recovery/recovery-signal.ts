import { Injectable } from '@nestjs/common';

/** Wakes the recovery worker of this process when a job was added. Other processes find the job at their next glance or poll. */
@Injectable()
export class RecoverySignal {
  #listener: (() => void) | undefined;

  /** @param listener called for each job that this process adds; replaces an earlier one */
  listen(listener: () => void): void {
    this.#listener = listener;
  }

  /** Call this when a job is in the database. */
  announce(): void {
    this.#listener?.();
  }
}
