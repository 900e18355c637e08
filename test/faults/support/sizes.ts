/** Whether `npm run test:faults` runs, with the sizes at which the promises are measured. */
export const IS_FULL = process.env.FAULTS === 'full';

/** The size of a scenario: small in `npm run test:faults:short`, large in `npm run test:faults`. */
export const sized = <Sizes>(short: Sizes, full: Sizes): Sizes => (IS_FULL ? full : short);

/** The shortest lease that the module allows for a deadline of attempts. */
export const shortestLease = (timeoutMs: number): number => 2 * timeoutMs + 2_000;

/** A promised time in ms, plus the delay by tests that run at the same time. The full run has the machine for itself. */
export const onThisMachine = (promisedMs: number): number => promisedMs + sized(400, 50);

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
