import type { QueuedDelivery } from '../persistence/lane-store.js';

/*
 * A process that dies may have died of what it was sending, and would take the next one along. But most die of something
 * else, and then nothing that was under way is to blame. So, from the second crash of a lane's holders in a row on:
 * what is sent is noted first; whatever was under way at the next crash is *suspect* and is sent alone, one at a time in a
 * process; and what is under way once more then, and yet again, is the cause. It fails, and nothing else does.
 */

/** Holders in a row that ended without giving the lane back. */
const CAREFUL_FROM = 2;
/** Crashes at which a delivery was under way, the last ones of them as the only suspect. */
const CRASHES_THAT_CONDEMN = 3;

export const isRunCarefully = (crashes: number): boolean => crashes >= CAREFUL_FROM;

/** It was under way when a careful holder ended. */
export const isSuspect = ({ lostAttempts }: QueuedDelivery): boolean => lostAttempts > 0;

/** It is the cause, as far as anybody can tell: it is not sent again. */
export const isCondemned = ({ lostAttempts }: QueuedDelivery): boolean =>
  lostAttempts >= CRASHES_THAT_CONDEMN;
