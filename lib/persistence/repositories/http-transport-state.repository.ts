import { Inject, Injectable } from '@nestjs/common';
import { differences, type Audited } from '../../domain/audit.js';
import type { NotificationEvent } from '../../domain/notification-event.js';
import type { TransportState } from '../../domain/transport-state.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { audit } from '../sql/audit-sql.js';
import { restartLane, resumeLane, suspendLane } from '../sql/lane-statements.js';
import { writeWithEvent } from '../sql/notification-event-sql.js';
import { retryOnDeadlock } from '../sql/retry-on-deadlock.js';
import { built } from '../sql/statement.js';
import type { HttpTransportRow } from './http-transport.repository.js';

/** A change of a transport's state. */
export interface TransportStateChange {
  readonly state: TransportState;
  /** Null unless the new state is `DISABLED`. */
  readonly disabledReason: string | null;
}

/** Further writes in the transaction of a change. */
export interface AlsoWritten {
  /** Further statements. Default: none. */
  readonly also?: readonly Statement[];
  /** Event that reports the change to the tenant. Default: none. */
  readonly event?: NotificationEvent | undefined;
}

/** Changes the state of transports and suspends or resumes their lanes. Every call takes the tenant first. */
@Injectable()
export class HttpTransportStateRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * If the transport still has the state that was read, changes the state, and suspends or resumes the lane, in one
   * transaction. A holder that reads the lane's new version therefore also reads the transport's new state. Other changes
   * made since the read are kept.
   *
   * @param actor who changes it, for the audit; null: unknown
   * @param written further writes of the same transaction
   * @returns the changed transport; undefined if its state changed or it was deleted after it was read: then read it again
   */
  async change(
    tenantUid: string,
    read: HttpTransportEntity,
    { state, disabledReason }: TransportStateChange,
    { actor, kind }: Omit<Audited, 'changes'>,
    { also = [], event }: AlsoWritten = {},
  ): Promise<HttpTransportRow | undefined> {
    const now = this.database.now();
    const isEnabled = read.state === 'DISABLED' && state === 'ACTIVE';
    const update = this.#repository
      .createQueryBuilder()
      .update()
      .set({
        state,
        disabledReason,
        ...(isEnabled && { failingSince: null, failingWarned: 0, disabledAt: null }),
        ...(read.state !== 'DISABLED' && state === 'DISABLED' && { disabledAt: now }),
        version: () => 'version + 1',
        lastModifiedAt: now,
      })
      .where({ tenantUid, id: read.id, state: read.state });
    const changes = differences([
      { field: 'state', from: read.state, to: state },
      { field: 'disabledReason', from: read.disabledReason, to: disabledReason },
    ]);
    const audited = audit(this.database, { ...read, webhookUid: null }, { actor, kind, changes });
    // The lane comes last, see lane-statements.
    const lane = this.#changeLane(read, state, now);
    const statements = (reported: readonly Statement[]): readonly Statement[] => [
      built(update),
      audited,
      ...also,
      ...reported,
      lane,
    ];
    const options = { onlyIfFirstChanges: true };
    const results = await retryOnDeadlock(() =>
      event
        ? writeWithEvent(this.database, event, statements, options)
        : this.database.write(statements([]), options),
    );
    if (results.length === 0) return undefined;
    return (await this.#repository.findOneBy({ tenantUid, id: read.id })) ?? undefined;
  }

  #changeLane({ id, state: before }: HttpTransportEntity, after: TransportState, now: number): Statement {
    if (after !== 'ACTIVE') return suspendLane(this.database, id);
    return before === 'DISABLED' ? restartLane(this.database, id, now) : resumeLane(this.database, id, now);
  }

  get #repository() {
    return this.database.dataSource.getRepository(HttpTransportEntity);
  }
}
