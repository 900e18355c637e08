import { describe, expect, it } from '@jest/globals';
import { LookupGate } from '../../../lib/egress/lookup-gate.js';

/** Look-ups that end when the test ends them. */
class Lookups {
  readonly started: string[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(private readonly gate: LookupGate) {}

  ask(group: string, count = 1): Promise<unknown> {
    return Promise.all(
      Array.from({ length: count }, () =>
        this.gate.run(group, () => {
          this.started.push(group);
          return new Promise<void>((end) => this.#ends.push(end));
        }),
      ),
    );
  }

  async end(count = 1): Promise<void> {
    for (const end of this.#ends.splice(0, count)) end();
    await new Promise((resolve) => setImmediate(resolve));
  }

  count(group: string): number {
    return this.started.filter((each) => each === group).length;
  }
}

describe('LookupGate', () => {
  it('runs 16 look-ups of a group at a time, and each further one when one has ended', async () => {
    const lookups = new Lookups(new LookupGate());
    const all = lookups.ask('slow', 20);
    expect(lookups.count('slow')).toBe(16);
    await lookups.end();
    expect(lookups.count('slow')).toBe(17);
    await lookups.end(19);
    await lookups.end(19);
    await all;
    expect(lookups.count('slow')).toBe(20);
  });

  it('runs look-ups of another group meanwhile', async () => {
    const lookups = new Lookups(new LookupGate());
    const slow = lookups.ask('slow', 100);
    const other = lookups.ask('other');
    expect(lookups.count('other')).toBe(1);
    for (let round = 0; round < 10; round += 1) await lookups.end(20);
    await Promise.all([slow, other]);
  });

  it('runs 128 of all groups at a time, and serves waiting ones in the order in which they came', async () => {
    const lookups = new Lookups(new LookupGate());
    const all = Array.from({ length: 8 }, (_, group) => lookups.ask(`group ${group}`, 16));
    all.push(lookups.ask('first'), lookups.ask('second'));
    expect(lookups.started).toHaveLength(128);
    await lookups.end();
    expect(lookups.started.slice(128)).toEqual(['first']);
    await lookups.end();
    expect(lookups.started.slice(128)).toEqual(['first', 'second']);
    await lookups.end(200);
    await Promise.all(all);
  });

  it('never lets more than 16 of a group run, however long the queue', async () => {
    const gate = new LookupGate();
    let running = 0;
    let most = 0;
    const lookup = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const askTwice = async (): Promise<void> => {
      await gate.run('slow', lookup);
      await gate.run('slow', lookup);
    };
    await Promise.all(Array.from({ length: 100 }, askTwice));
    expect(most).toBe(16);
  });

  it('frees the place of a failed look-up', async () => {
    const gate = new LookupGate();
    const failing = (): Promise<never> => Promise.reject(new Error('no'));
    for (let nth = 0; nth < 200; nth += 1) await expect(gate.run('a', failing)).rejects.toThrow('no');
    await expect(gate.run('a', () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
