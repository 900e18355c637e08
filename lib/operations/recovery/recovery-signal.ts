import { Injectable } from '@nestjs/common';

/** Wakes the recovery worker of this process when a job was added. Others find it by a work check (see `WorkCheckStore`) or a poll. */
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
