import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FromReceiver, ReceivedRequest, ToReceiver } from './receiver-messages.js';

/** The demo's handle on the receiver's process: the requests that have arrived, and commands. */
export class ReceiverProcess {
  /** Every request that reached it, in order. */
  readonly received: ReceivedRequest[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.on('message', (message: FromReceiver) => {
      if (message.kind === 'received') this.received.push(message.request);
    });
  }

  static async start(): Promise<ReceiverProcess> {
    const child = fork(new URL('receiver.js', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [message] = (await once(child, 'message')) as [FromReceiver];
    if (message.kind !== 'listening') throw new Error('The receiver did not say where it listens.');
    return new ReceiverProcess(child, message.url);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Hands over the signing secret, as a tenant would paste it into the receiving system. */
  trust(secret: string): Promise<void> {
    return this.#send({ kind: 'secret', secret });
  }

  /** Makes it respond to the next requests with 500. */
  failNext(requests: number): Promise<void> {
    return this.#send({ kind: 'failNext', requests });
  }

  /**
   * Waits until `count` requests have arrived that `matches` accepts.
   *
   * @throws {Error} when they do not arrive in time
   */
  async waitFor(
    what: string,
    matches: (request: ReceivedRequest) => boolean,
    count = 1,
    timeoutMs = 15_000,
  ): Promise<ReceivedRequest[]> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.received.filter(matches);
      if (found.length >= count) return found;
      if (Date.now() > deadline) {
        throw new Error(
          `The receiver waited ${timeoutMs / 1000} s for ${count} x ${what} and got ${found.length}.`,
        );
      }
      await sleep(10);
    }
  }

  stop(): void {
    this.child.kill();
  }

  #send(message: ToReceiver): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.send(message, (error) => (error ? reject(error) : resolve()));
    });
  }
}
