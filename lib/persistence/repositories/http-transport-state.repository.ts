import { Inject, Injectable } from '@nestjs/common';
import type { TransportState } from '../../domain/transport-state.js';
import { DATABASE, type Database, type Statement } from '../ports/database.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { restartLane, resumeLane, suspendLane } from '../sql/lane-statements.js';
import { retryOnDeadlock } from '../sql/retry-on-deadlock.js';
import { built } from '../sql/statement.js';
import type { HttpTransportRow } from './http-transport.repository.js';

/** A change of a transport's state. */
export interface TransportStateChange {
  readonly state: TransportState;
  /** Null unless the new state is `DISABLED`. */
  readonly disabledReason: string | null;
}

/** Changes the state of transports and suspends or resumes their lanes. Every call takes the tenant first. */
@Injectable()
export class HttpTransportStateRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Changes the state of the transport as it was read, and suspends or resumes its lane, in one transaction. A holder that
   * reads the lane's new version therefore also reads the transport's new state. Other changes made since the read are
   * kept.
   *
   * @returns the changed transport; undefined if its state changed or it was deleted after it was read: then read it again
   */
  async change(
    tenantUid: string,
    read: HttpTransportEntity,
    { state, disabledReason }: TransportStateChange,
  ): Promise<HttpTransportRow | undefined> {
    const now = this.database.now();
    const isEnabled = read.state === 'DISABLED' && state === 'ACTIVE';
    const update = this.#repository
      .createQueryBuilder()
      .update()
      .set({
        state,
        disabledReason,
        ...(isEnabled && { failingSince: null }),
        version: () => 'version + 1',
        lastModifiedAt: now,
      })
      .where({ tenantUid, id: read.id, state: read.state });
    const results = await retryOnDeadlock(() =>
      this.database.write([built(update), this.#changeLane(read, state, now)], { onlyIfFirstChanges: true }),
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
