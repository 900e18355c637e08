/**
 * Why a process sends nothing: its operator has switched it off, the database belongs to another environment, or an operator
 * has stopped the deliveries of all processes.
 */
export type HoldReason = 'SWITCHED_OFF' | 'ENVIRONMENT' | 'STOPPED_BY_OPERATOR';

/** Whether this process may send: only while no `HoldReason` is set. */
export class DeliverySwitch {
  readonly #holds = new Set<HoldReason>();
  readonly #listeners: (() => void)[] = [];

  get isOn(): boolean {
    return this.#holds.size === 0;
  }

  /** The reasons that are set now. */
  get holds(): readonly HoldReason[] {
    return [...this.#holds];
  }

  /** Sets or clears a reason. Listeners are called only if this changes something. */
  set(reason: HoldReason, isHeld: boolean): void {
    if (this.#holds.has(reason) === isHeld) return;
    if (isHeld) this.#holds.add(reason);
    else this.#holds.delete(reason);
    for (const listener of this.#listeners) listener();
  }

  /** @param listener called after each change */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
