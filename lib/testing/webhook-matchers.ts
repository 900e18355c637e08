import { inspect } from 'node:util';
import { NotARecordingEmitterError } from '../errors/testing.errors.js';
import { matchesPartially } from './matches-partially.js';
import type { RecordedEvent } from './recording-store.js';

/** The types of `webhookMatchers`, to merge into the types of your test runner. */
export interface WebhookMatchers<Result = unknown> {
  /**
   * Passes if an event of this action was emitted.
   *
   * @param action its name
   * @param data members that the payload must contain. Default: any payload
   */
  toHaveEmitted(action: string, data?: object): Result;
  /**
   * Passes if exactly this many events of this action were emitted.
   *
   * @param count 0 or more
   */
  toHaveEmittedTimes(action: string, count: number): Result;
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * Matchers for a `RecordingWebhookEmitter`, for the `expect.extend` of jest and vitest.
 *
 * @throws {NotARecordingEmitterError} if the value of `expect` is not a recording emitter
 */
export const webhookMatchers = {
  toHaveEmitted(received: unknown, action: string, data?: object): MatcherResult {
    const events = eventsOf(received);
    const ofAction = events.filter((event) => event.action === action);
    const pass = ofAction.some((event) => data === undefined || matchesPartially(event.data, data));
    const wanted = data === undefined ? action : `${action} with ${shown(data)}`;
    const message = (): string =>
      pass
        ? `Expected no event ${wanted}, but it was emitted.${listed(ofAction)}`
        : `Expected an event ${wanted}. Emitted:${listed(ofAction.length > 0 ? ofAction : events)}`;
    return { pass, message };
  },

  toHaveEmittedTimes(received: unknown, action: string, count: number): MatcherResult {
    const ofAction = eventsOf(received).filter((event) => event.action === action);
    const pass = ofAction.length === count;
    const message = (): string =>
      `Expected ${pass ? 'not exactly ' : ''}${count} event(s) ${action}, emitted: ${ofAction.length}.${listed(ofAction)}`;
    return { pass, message };
  },
};

/** Checks the shape, because test runners load a package more than once. */
function eventsOf(received: unknown): readonly RecordedEvent[] {
  const { events } = (received ?? {}) as { events?: unknown };
  if (Array.isArray(events)) return events as RecordedEvent[];
  throw new NotARecordingEmitterError();
}

const listed = (events: readonly RecordedEvent[]): string =>
  events.length === 0
    ? ' nothing'
    : events.map(({ action, data }) => `\n  ${action} ${shown(data)}`).join('');

const shown = (value: unknown): string => inspect(value, { depth: 8, breakLength: 100 });
