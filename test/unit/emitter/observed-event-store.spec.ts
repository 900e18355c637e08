import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ObservedEventStore } from '../../../lib/emitter/observed-event-store.js';
import type { EventStore, NewEvent } from '../../../lib/persistence/ports/event-store.js';
import type { HostTransaction } from '../../../lib/persistence/ports/host-transaction.js';
import { Telemetry } from '../../../lib/telemetry/telemetry.js';

const CHANNEL = 'tillhook:emit';
const EVENT = { tenantUid: 'shop', eventUid: 'evt_1', action: 'ORDER_SETTLED' } as NewEvent;
const FAILURE = new Error('the table is full');
const TRANSACTION = {} as HostTransaction;

describe('an emit that is observed', () => {
  const seen: unknown[] = [];
  const record = (message: unknown): void => void seen.push((message as { error?: unknown }).error);
  beforeEach(() => subscribe(CHANNEL, record));
  afterEach(() => {
    unsubscribe(CHANNEL, record);
    seen.length = 0;
  });
  const storing = (insertSync: () => never[]): ObservedEventStore => {
    const store: EventStore = { insert: async () => insertSync(), insertSync };
    return new ObservedEventStore(store, new Telemetry());
  };

  it('reports an error, and passes it on', async () => {
    const failing = storing(() => {
      throw FAILURE;
    });
    await expect(failing.insert([EVENT])).rejects.toBe(FAILURE);
    expect(() => failing.insertSync([EVENT], TRANSACTION)).toThrow(FAILURE);
    expect(seen).toEqual([FAILURE, FAILURE]);
  });

  it('reports that it has written, also within a synchronous transaction', async () => {
    const writing = storing(() => []);
    expect(await writing.insert([EVENT])).toEqual([]);
    expect(writing.insertSync([EVENT], TRANSACTION)).toEqual([]);
    expect(seen).toEqual([undefined, undefined]);
  });
});
