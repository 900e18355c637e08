/**
 * `ACTIVE` delivers. `PAUSED` holds: what is emitted is queued and waits. `DISABLED` stops: what was queued waits, what
 * is emitted meanwhile is logged as `MISSED`.
 */
export const TRANSPORT_STATES = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type TransportState = (typeof TRANSPORT_STATES)[number];

/** What an administrator may ask of a transport's state. */
export type TransportCommand = 'pause' | 'resume' | 'disable' | 'enable';

/**
 * Where each command leads. A command whose end is reached already leads there again, so that it may be repeated.
 * Null: it makes no sense there, since it would undo more than it names. A pause of a disabled transport, or its
 * resumption, would begin to queue or to send for what the receiver (410) or the administrator has ended; enabling a
 * paused one would end somebody's pause.
 */
const TRANSITIONS: Readonly<
  Record<TransportCommand, Readonly<Record<TransportState, TransportState | null>>>
> = {
  pause: { ACTIVE: 'PAUSED', PAUSED: 'PAUSED', DISABLED: null },
  resume: { ACTIVE: 'ACTIVE', PAUSED: 'ACTIVE', DISABLED: null },
  disable: { ACTIVE: 'DISABLED', PAUSED: 'DISABLED', DISABLED: 'DISABLED' },
  enable: { ACTIVE: 'ACTIVE', PAUSED: null, DISABLED: 'ACTIVE' },
};

/** The state that a command leads to; undefined when it makes no sense in the present one. */
export const stateAfter = (command: TransportCommand, present: TransportState): TransportState | undefined =>
  TRANSITIONS[command][present] ?? undefined;
