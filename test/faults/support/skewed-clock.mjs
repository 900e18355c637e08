// Preloaded into a process: its clock is off by so many ms.
const skewMs = Number(process.env.CLOCK_SKEW_MS);
const RealDate = Date;
const realNow = Date.now;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
  apply: () => new RealDate(RealDate.now()).toString(),
});
RealDate.now = () => realNow() + skewMs;
