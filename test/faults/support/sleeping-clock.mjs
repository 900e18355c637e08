// Preloaded into a process: from SIGUSR2 on, each time the process is frozen and thawed, its machine seems to have slept.
// Date.now then jumps forward by SLEEP_MS, and performance.now stands still, as CLOCK_MONOTONIC does during a suspend.
const SLEEP_MS = Number(process.env.SLEEP_MS);
const HEARTBEAT_MS = 20;
/** A longer gap between two heartbeats is a sleep; a shorter one is a busy event loop. */
const LONGEST_GAP_MS = 750;

const realNow = Date.now;
const realMonotonic = performance.now.bind(performance);
let seenAt = realMonotonic();
let sleptMs = 0;
let aheadMs = 0;
let isArmed = false;
process.once('SIGUSR2', () => (isArmed = true));

/** Each clock calls this first, so that the sleep is noticed before any response is handled. */
function look() {
  const now = realMonotonic();
  const gapMs = now - seenAt;
  seenAt = now;
  if (!isArmed || gapMs < LONGEST_GAP_MS) return;
  sleptMs += gapMs;
  aheadMs += SLEEP_MS - gapMs;
}

setInterval(look, HEARTBEAT_MS).unref();
performance.now = () => {
  look();
  return realMonotonic() - sleptMs;
};
Date.now = () => {
  look();
  return realNow() + aheadMs;
};
const RealDate = Date;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
  apply: () => new RealDate(RealDate.now()).toString(),
});
