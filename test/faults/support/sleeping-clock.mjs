// Preloaded into a process: each time it is frozen and thawed, its machine seems to have slept. Date.now jumps forward by
// SLEEP_MS, and performance.now stands still, as CLOCK_MONOTONIC does while a machine is suspended.
const SLEEP_MS = Number(process.env.SLEEP_MS);
const HEARTBEAT_MS = 20;
/** A longer gap between two heartbeats is a sleep, and not a busy event loop. */
const LONGEST_GAP_MS = 750;

const realNow = Date.now;
const realMonotonic = performance.now.bind(performance);
let seenAt = realMonotonic();
let sleptMs = 0;
let aheadMs = 0;

/** Whoever reads a clock first after the sleep notices it, before any timer or answer is handled. */
function look() {
  const now = realMonotonic();
  const gapMs = now - seenAt;
  seenAt = now;
  if (gapMs < LONGEST_GAP_MS) return;
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
