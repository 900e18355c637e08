import { describe, expect, it } from '@jest/globals';
import { CommitSignal, SignallingEventStore } from '../../../lib/emitter/commit-signal.js';
import type { EventStore, NewEvent } from '../../../lib/persistence/ports/event-store.js';
import type { HostTransaction } from '../../../lib/persistence/ports/host-transaction.js';

const EVENT = { tenantUid: 'shop', eventUid: 'evt_1', action: 'ORDER_SETTLED' } as NewEvent;
const failing = (error: Error): SignallingEventStore => {
  const insertSync = (): never => {
    throw error;
  };
  const store: EventStore = { insert: () => Promise.reject(error), insertSync };
  return new SignallingEventStore(store, new CommitSignal());
};

describe('an emit', () => {
  it.each([
    ['57P01', 'the server shuts down', 'DATABASE_UNAVAILABLE'],
    ['42P01', 'relation "webhook_event" does not exist', 'TABLES_MISSING'],
    ['42501', 'permission denied for table webhook_event', 'PERMISSION_DENIED'],
    ['23514', 'a check of the host', '23514'],
  ])('that fails with %s (%s) throws an error with the code %s', async (code, message, thrown) => {
    const store = failing(Object.assign(new Error(message), { code }));
    await expect(store.insert([EVENT])).rejects.toMatchObject({ code: thrown });
    expect(() => store.insertSync([EVENT], {} as HostTransaction)).toThrow(
      expect.objectContaining({ code: thrown }),
    );
  });

  it('wakes fan-out once after the commit of a transaction in which it is repeated', async () => {
    const commits: (() => void)[] = [];
    const transaction = {
      subject: {},
      outlivesTransaction: false,
      afterCommit: (callback: () => void) => commits.push(callback),
    } as unknown as HostTransaction;
    const signal = new CommitSignal();
    let woken = 0;
    signal.listen(() => (woken += 1));
    const store: EventStore = { insert: () => Promise.resolve([]), insertSync: () => [] };
    const signalling = new SignallingEventStore(store, signal);
    await signalling.insert([EVENT], transaction);
    signalling.insertSync([EVENT], transaction);
    for (const commit of commits) commit();
    expect(woken).toBe(1);
  });
});
