import type { ActionCatalog } from '../domain/action-catalog.js';
import { buildEnvelope } from '../domain/envelope.js';
import { isReservedAction } from '../domain/reserved-actions.js';
import { isTenantUid, isUid, uuidv7 } from '../domain/uid.js';
import {
  InvalidEventUidError,
  InvalidOccurredAtError,
  InvalidOrderingKeyError,
  InvalidTenantUidError,
  UnknownActionError,
} from '../errors/emit.errors.js';
import type { NewEvent } from '../persistence/ports/event-store.js';
import type { EventOptions } from './emit-options.js';
import { RandomPool } from './random-pool.js';

const MAX_ORDERING_KEY_LENGTH = 255;

/**
 * Builds events from the caller's arguments, ready to be written. It checks everything at run time, because callers in
 * JavaScript have no types.
 */
export class EventFactory {
  readonly #actions: ReadonlySet<string>;
  readonly #random = new RandomPool();

  constructor(catalog: ActionCatalog) {
    this.#actions = new Set(Object.keys(catalog).filter((action) => !isReservedAction(action)));
  }

  /**
   * Builds an event. Notifications (`WEBHOOK_…`) are refused, because only the module emits them.
   *
   * @throws {UnknownActionError} {InvalidTenantUidError} {InvalidEventUidError} {InvalidOrderingKeyError}
   *   {InvalidOccurredAtError} {PayloadInvalidError} {PayloadTooLargeError}
   */
  create(tenantUid: string, action: string, data: object, options: EventOptions): NewEvent {
    if (!isTenantUid(tenantUid)) throw new InvalidTenantUidError(tenantUid);
    if (!this.#actions.has(action)) throw new UnknownActionError(action);
    return {
      tenantUid,
      eventUid: this.#eventUid(options.eventUid),
      action,
      orderingKey: orderingKey(options.orderingKey),
      body: buildEnvelope(action, tenantUid, data),
      occurredAt: occurredAtMs(options.occurredAt),
    };
  }

  #eventUid(given: string | undefined): string {
    if (given === undefined) return uuidv7(Date.now(), this.#random.take);
    if (!isUid(given)) throw new InvalidEventUidError(given);
    return given;
  }
}

function orderingKey(given: string | undefined): string | null {
  if (given === undefined) return null;
  const isValid =
    typeof given === 'string' &&
    given.length > 0 &&
    given.length <= MAX_ORDERING_KEY_LENGTH &&
    // PostgreSQL cannot store NUL, and would abort the host's transaction.
    !given.includes('\0');
  if (!isValid) throw new InvalidOrderingKeyError(given);
  return given;
}

function occurredAtMs(given: Date | undefined): number | null {
  if (given === undefined) return null;
  if (!(given instanceof Date) || Number.isNaN(given.getTime())) throw new InvalidOccurredAtError(given);
  return given.getTime();
}
