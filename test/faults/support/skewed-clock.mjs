// Preloaded into a process: shifts its clock by CLOCK_SKEW_MS; with CLOCK_SKEW_LATER from SIGUSR2 on.
const isLater = process.env.CLOCK_SKEW_LATER === 'true';
let skewMs = isLater ? 0 : Number(process.env.CLOCK_SKEW_MS);
if (isLater) process.once('SIGUSR2', () => (skewMs = Number(process.env.CLOCK_SKEW_MS)));
const RealDate = Date;
const realNow = Date.now;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
  apply: () => new RealDate(RealDate.now()).toString(),
});
RealDate.now = () => realNow() + skewMs;
