import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_KINDS, type Audited } from '../../domain/audit.js';
import { RECOVERABLE_STATUSES, type RecoveryCriteria } from '../../domain/recovery.js';
import { notificationEvent } from '../../domain/notification-event.js';
import type { TransportDisabled } from '../../domain/notification.js';
import { stateAfter, type TransportCommand } from '../../domain/transport-state.js';
import { TransportStateConflictError } from '../../errors/admin.errors.js';
import { CHANGED_MEANWHILE, retryOnChange } from '../retry-on-change.js';
import type { HttpTransportEntity } from '../../persistence/entities/http-transport.entity.js';
import {
  HttpTransportStateRepository,
  type AlsoWritten,
  type TransportStateChange,
} from '../../persistence/repositories/http-transport-state.repository.js';
import {
  HttpTransportRepository,
  type HttpTransportRow,
} from '../../persistence/repositories/http-transport.repository.js';
import { isUniqueViolation } from '../../persistence/errors/driver-errors.js';
import { auditRecoveryStart } from '../../persistence/sql/recovery-audit.js';
import {
  endActiveRecovery,
  insertRecovery,
  wakeWaitingRecovery,
} from '../../persistence/sql/recovery-statements.js';
import { DATABASE, type Database, type Statement } from '../../persistence/ports/database.js';
import { WAKE_UPS, type WakeUps } from '../../wake-up/wake-ups.js';
import { NotificationHub } from '../notifications/notification-hub.js';
import { RecoverySignal } from '../recovery/recovery-signal.js';

/** Reason for a transport that was disabled without a given reason. */
const DEFAULT_REASON = 'ADMIN';

/**
 * Pauses, resumes, disables and enables transports. Each command may be repeated; if the transport is already in that
 * state, nothing changes. One exception: `disable` with another reason replaces the reason of a disabled transport.
 */
@Injectable()
export class TransportStateService {
  constructor(
    private readonly transports: HttpTransportRepository,
    private readonly states: HttpTransportStateRepository,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
    @Inject(DATABASE) private readonly database: Database,
    private readonly notifications: NotificationHub,
    private readonly recoverySignal: RecoverySignal,
  ) {}

  /**
   * Carries out a command.
   *
   * @param reason why the transport is disabled, at most 64 characters. Default: `ADMIN`, or the existing reason of a
   *   transport that is already disabled
   * @param actor who gives the command, for the audit. Default: unknown
   * @param recover with `enable`: starts a recovery of everything that failed or was missed since the failures began or, if no
   *   failures are recorded, since the transport was disabled. The recovery is inserted in the transaction of the command
   * @returns the transport in its new state; undefined if the tenant has no such transport
   * @throws {TransportStateConflictError} if the command is not possible in the current state
   * @throws {ConcurrentChangeError}
   */
  async command(
    tenantUid: string,
    httpTransportUid: string,
    command: TransportCommand,
    reason?: string,
    actor: string | null = null,
    recover = false,
  ): Promise<HttpTransportRow | undefined> {
    return retryOnChange('HTTP transport', async () => {
      const present = await this.transports.find(tenantUid, httpTransportUid);
      if (!present) return undefined;
      const state = stateAfter(command, present.state);
      if (state === undefined) throw new TransportStateConflictError(command, present.state);
      const disabledReason = state === 'DISABLED' ? reasonOf(present, reason) : null;
      if (state === present.state && disabledReason === present.disabledReason) return present;
      const disabled =
        present.state !== 'DISABLED' && disabledReason !== null
          ? this.#disabled(present, disabledReason)
          : undefined;
      const also = this.#alsoWritten(command, present, recover, actor);
      const changed = await this.#change(
        present,
        { state, disabledReason },
        { kind: COMMAND_KINDS[command], actor },
        { also, event: disabled && notificationEvent(disabled) },
      );
      if (!changed) return CHANGED_MEANWHILE;
      if (also.length > 0) this.recoverySignal.announce();
      // Wake workers, so that deliveries that were queued meanwhile are sent at once.
      if (state === 'ACTIVE') this.wakeUps.announceWork([present.id]);
      if (disabled) this.notifications.publish(disabled);
      return changed;
    });
  }

  async #change(
    present: HttpTransportEntity,
    change: TransportStateChange,
    audited: Omit<Audited, 'changes'>,
    written: AlsoWritten,
  ): Promise<HttpTransportRow | undefined> {
    try {
      return await this.states.change(present.tenantUid, present, change, audited, written);
    } catch (error) {
      // Another request has started a recovery since this transaction looked for one.
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** The change that a command makes to the recovery of the transport. */
  #alsoWritten(
    command: TransportCommand,
    present: HttpTransportEntity,
    recover: boolean,
    actor: string | null,
  ): Statement[] {
    const { database } = this;
    const { id, failingSince, disabledAt, lastModifiedAt } = present;
    if (command === 'resume') return [wakeWaitingRecovery(database, id)];
    if (command !== 'enable' || !recover) return [];
    const criteria: RecoveryCriteria = {
      kind: 'RECOVER',
      since: failingSince ?? disabledAt ?? lastModifiedAt,
      until: database.now(),
      statuses: RECOVERABLE_STATUSES,
      actions: undefined,
      webhook: undefined,
    };
    return [
      // An earlier recovery may not have noticed yet that the transport was disabled.
      endActiveRecovery(database, id, 'TRANSPORT_DISABLED'),
      insertRecovery(database, present, criteria),
      auditRecoveryStart(database, id, criteria, actor),
    ];
  }

  #disabled({ tenantUid, httpTransportUid }: HttpTransportEntity, reason: string): TransportDisabled {
    const at = new Date(this.database.now());
    return { type: 'transportDisabled', at, tenantUid, httpTransportUid, reason };
  }
}

/** A given reason takes precedence. Without one, an existing reason is kept, because it is more specific than the default. */
const reasonOf = (present: HttpTransportEntity, given: string | undefined): string =>
  given ?? present.disabledReason ?? DEFAULT_REASON;
