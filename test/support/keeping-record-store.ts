import { setTimeout as sleep } from 'node:timers/promises';
import type {
  RecordGroup,
  RecordResult,
  RecordStore,
  TransportRecord,
} from '../../lib/persistence/ports/record-store.js';

type Failing<Input> = (input: Input) => Error | undefined;

/** A record store in memory. `fail…` returns the error that a call throws; `locked…` contains the rows that are locked. */
export class KeepingRecordStore implements Pick<RecordStore, 'record' | 'changeTransports'> {
  readonly groups: RecordGroup[] = [];
  readonly changes: TransportRecord[][] = [];
  /** Calls in the order in which they began. */
  readonly calls: ('record' | 'changeTransports')[] = [];
  underWay = 0;
  mostUnderWay = 0;
  delayMs = 0;
  orphaned: ReadonlySet<number> = new Set();
  /** Deliveries whose queue row is locked. */
  locked: ReadonlySet<number> = new Set();
  /** Deliveries whose redelivery was requested meanwhile: if such a delivery has failed, its end is not written. */
  requested: ReadonlySet<number> = new Set();
  lockedTransports: ReadonlySet<number> = new Set();
  failRecord: Failing<RecordGroup> = () => undefined;
  failChange: Failing<readonly TransportRecord[]> = () => undefined;

  async record(group: RecordGroup): Promise<RecordResult> {
    this.calls.push('record');
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      await sleep(this.delayMs);
      const error = this.failRecord(group);
      if (error) throw error;
      const [locked, orphaned] = [this.locked, this.orphaned];
      const ends = group.attempts.filter(({ status }) => status === 'FAILED').map((one) => one.deliveryId);
      const requested = new Set(ends.filter((deliveryId) => this.requested.has(deliveryId)));
      const isWritten = (deliveryId: number) => !locked.has(deliveryId) && !requested.has(deliveryId);
      this.groups.push({ ...group, attempts: group.attempts.filter((one) => isWritten(one.deliveryId)) });
      return { orphaned, locked, requested };
    } finally {
      this.underWay -= 1;
    }
  }

  async changeTransports(changes: readonly TransportRecord[]): Promise<ReadonlySet<number>> {
    this.calls.push('changeTransports');
    await sleep(this.delayMs);
    const error = this.failChange(changes);
    if (error) throw error;
    const locked = this.lockedTransports;
    this.changes.push(changes.filter(({ transportId }) => !locked.has(transportId)));
    return locked;
  }

  /** Deliveries whose attempt was recorded, in order. */
  get deliveries(): number[] {
    return this.groups.flatMap(({ attempts }) => attempts.map(({ deliveryId }) => deliveryId));
  }
}

export const refusal = (code = '22021') => Object.assign(new Error('invalid byte sequence'), { code });
export const outage = () => Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
