import { isMainThread } from 'node:worker_threads';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { WORKER_STATUS, type WorkerStatus } from '../delivery/worker-status.js';
import { WebhooksLogger } from './webhooks-logger.js';

/**
 * Delay of the check after the application's bootstrap, in ms. Some hosts enable shutdown hooks later than the bootstrap: an
 * application context boots before its factory returns it.
 */
const LOOK_AFTER_MS = 5_000;
/** Signals with which operators, containers and process managers end a process. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/**
 * Environment variables that jest, vitest and `node --test` set. Their processes end without a signal, and applications that a
 * test did not close are no mistake to warn about.
 */
const TEST_RUNNERS = ['JEST_WORKER_ID', 'VITEST', 'NODE_TEST_CONTEXT'] as const;

const WARNING =
  'Shutdown hooks missing: this process handles neither SIGTERM nor SIGINT, so it ends without draining, and its lanes stay ' +
  'leased: after each restart, due deliveries are sent up to leaseMs (30 s by default) late. Call app.enableShutdownHooks() when the ' +
  'application is created, or app.close() in a signal handler of your own.';

/** The facts about the process that decide whether it shuts down cleanly. */
export interface ShutdownFacts {
  /** Worker threads receive no signals. */
  readonly isMainThread: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Number of handlers of a signal. */
  readonly handlersOf: (signal: NodeJS.Signals) => number;
}

/**
 * Whether a signal ends the process without `app.close()`. Nest does not report whether hooks are enabled, so any handler
 * counts: one of the hooks, or one of the host, which may close the application.
 */
export const endsWithoutClosing = ({ isMainThread, env, handlersOf }: ShutdownFacts): boolean =>
  isMainThread &&
  TEST_RUNNERS.every((name) => env[name] === undefined) &&
  SIGNALS.every((signal) => handlersOf(signal) === 0);

/** Warns once if the process has a worker and no shutdown hooks. */
@Injectable()
export class ShutdownHookWatch implements OnApplicationBootstrap, OnModuleDestroy {
  /** An application may have several instances of the module. */
  private static hasWarned = false;
  readonly #logger = new WebhooksLogger();
  #timer: NodeJS.Timeout | undefined;

  constructor(@Inject(WORKER_STATUS) private readonly worker: WorkerStatus) {}

  onApplicationBootstrap(): void {
    if (!this.worker.isEnabled) return;
    this.#timer = setTimeout(() => this.#look(), LOOK_AFTER_MS).unref();
  }

  onModuleDestroy(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const handlersOf = (signal: NodeJS.Signals): number => process.listenerCount(signal);
    if (ShutdownHookWatch.hasWarned || !endsWithoutClosing({ isMainThread, env: process.env, handlersOf }))
      return;
    ShutdownHookWatch.hasWarned = true;
    this.#logger.warn(WARNING);
  }
}
