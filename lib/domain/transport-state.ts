/**
 * `ACTIVE`: deliveries are sent. `PAUSED`: new deliveries are queued and wait. `DISABLED`: queued deliveries wait, and new
 * ones are logged as `MISSED`.
 */
export const TRANSPORT_STATES = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type TransportState = (typeof TRANSPORT_STATES)[number];

/** Commands of an administrator that change the state of a transport. */
export type TransportCommand = 'pause' | 'resume' | 'disable' | 'enable';

/**
 * The state after each command. If the transport is already in that state, it stays in it, so the command can be repeated.
 * Null: the command is refused, because it would also undo an earlier decision. If a disabled transport were paused
 * or resumed, new deliveries would be queued or sent again, although the receiver (410) or an administrator has stopped that.
 * If a paused transport were enabled, somebody's pause would end.
 */
const TRANSITIONS: Readonly<
  Record<TransportCommand, Readonly<Record<TransportState, TransportState | null>>>
> = {
  pause: { ACTIVE: 'PAUSED', PAUSED: 'PAUSED', DISABLED: null },
  resume: { ACTIVE: 'ACTIVE', PAUSED: 'ACTIVE', DISABLED: null },
  disable: { ACTIVE: 'DISABLED', PAUSED: 'DISABLED', DISABLED: 'DISABLED' },
  enable: { ACTIVE: 'ACTIVE', PAUSED: null, DISABLED: 'ACTIVE' },
};

/** The state after a command; undefined: the command is refused in the present state. */
export const stateAfter = (command: TransportCommand, present: TransportState): TransportState | undefined =>
  TRANSITIONS[command][present] ?? undefined;
