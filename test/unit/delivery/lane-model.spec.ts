import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { LaneSimulation } from '../../support/lane-simulation.js';

/** What can happen. `n` is any small number, for steps that are done in several ways. */
const STEPS = {
  add: (lane, n) => lane.add(null, 3 * n),
  addOfKey: (lane, n) => lane.add(`key-${n % 2}`, n % 4),
  /** More than is read at a time. */
  addMany: (lane, n) => lane.addMany(20 + 2 * n),
  tell: (lane) => lane.tell(),
  take: (lane) => lane.take(),
  read: (lane) => lane.read(),
  failRead: (lane) => lane.failRead(),
  send: (lane) => lane.send(),
  answer: (lane, n) => lane.answer(n % 3 !== 0, n),
  giveUp: (lane) => lane.giveUp(),
  interfere: (lane, n) => lane.interfere(n % 2 === 0, n),
  strand: (lane) => lane.strand(),
  block: (lane, n) => lane.block(n),
  proceed: (lane, n) => lane.proceed(n),
  release: (lane) => lane.release(),
  refresh: (lane) => lane.refresh(),
  pass: (lane, n) => lane.pass(5 * n),
} satisfies Record<string, (lane: LaneSimulation, n: number) => void>;
type Step = keyof typeof STEPS;

/** What happens most in life happens most here, so that runs get somewhere. */
const WEIGHTS: Record<Step, number> = {
  add: 4,
  addOfKey: 3,
  addMany: 1,
  tell: 2,
  take: 5,
  read: 5,
  failRead: 1,
  send: 8,
  answer: 6,
  giveUp: 1,
  interfere: 1,
  strand: 1,
  block: 1,
  proceed: 24,
  release: 4,
  refresh: 2,
  pass: 4,
};

const step = fc.oneof(
  ...(Object.keys(STEPS) as Step[]).map((name) => ({
    weight: WEIGHTS[name],
    arbitrary: fc.tuple(fc.constant(name), fc.nat(11)),
  })),
);

/** Pseudo-random numbers from 0 to below 1, the same for the same seed (a linear congruential generator). */
const randomOf = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('a lane, whatever happens in whatever order,', () => {
  it('loses no delivery, sends none twice at a time, and keeps the order of keys', () => {
    const steps = fc.array(step, { maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), fc.nat(), (steps, maxConcurrency, seed) => {
        const simulation = new LaneSimulation({ maxConcurrency });
        for (const [name, n] of steps) STEPS[name](simulation, n);
        simulation.finish(randomOf(seed));
      }),
      { numRuns: 300 },
    );
  });
});
