import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { sendAttempt, type SendableAttempt, type SentAttempt } from '../../delivery/sending/attempt.js';
import { signedRequest, type SignedContent } from '../../delivery/sending/signed-request.js';
import { TransportConfigs, type TransportConfig } from '../../delivery/sending/transport-config.js';
import { isDelivered } from '../../domain/attempt-outcome.js';
import { EgressClient, type EgressRequest } from '../../egress/egress-client.js';
import { OriginBusyError } from '../../errors/admin.errors.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import type { StoredTransport } from '../../persistence/ports/lane-store.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { PER_TRANSPORT } from './sample-send-limits.js';

/** The result of a test send. It contains just enough to see whether the receiver works. */
export interface SampleSendResult {
  readonly delivered: boolean;
  /** Null if there was no response. */
  readonly responseStatusCode: number | null;
  readonly durationMs: number;
  /** Why there was no response; null if there was one. */
  readonly errorCode: string | null;
}

const TEST_HEADERS = ['x-webhook-attempt', '1', 'x-webhook-test', 'true'];

/** Failures before a connection was established. Their exact duration would reveal the cause, see `SampleSender.send`. */
const UNCONNECTED: ReadonlySet<string> = new Set(['DNS_FAILED', 'CONNECT_FAILED']);
const WHOLE_MS = 1_000;

/** Sends one request like that of a delivery: the same configuration, egress policy, signature and deadline. */
@Injectable()
export class SampleSender {
  readonly #configs: TransportConfigs;

  constructor(
    private readonly egress: EgressClient,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRET_BOX) secrets: SecretBox,
  ) {
    this.#configs = new TransportConfigs(secrets, (url) => egress.checkUrl(url), options);
  }

  /**
   * After `DNS_FAILED` or `CONNECT_FAILED`, the result is delayed to the next whole second after the start. A blocked address
   * fails at once, and a closed port after a round trip; the delay prevents a client from distinguishing them by time.
   *
   * @throws {OriginBusyError} if this process has reached its limit of requests in flight to the origin
   */
  async send(transport: StoredTransport, content: SignedContent): Promise<SampleSendResult> {
    const { target, timeoutMs } = this.#configs.decrypt(transport);
    if (target.ok) this.#assertFreeSlot(target.url.origin);
    const request = target.ok ? this.#request(target, content, timeoutMs) : target;
    const { response, failure, durationMs } = await new Promise<SentAttempt<SendableAttempt>>((resolve) =>
      sendAttempt({ request }, { send: (signed, settled) => this.egress.send(signed, settled) }, resolve),
    );
    if (response) {
      const { statusCode } = response;
      return {
        delivered: isDelivered(statusCode),
        responseStatusCode: statusCode,
        durationMs,
        errorCode: null,
      };
    }
    const errorCode = failure!.code;
    const shownMs = UNCONNECTED.has(errorCode)
      ? Math.ceil((durationMs + 1) / WHOLE_MS) * WHOLE_MS
      : durationMs;
    await sleep(shownMs - durationMs);
    return { delivered: false, responseStatusCode: null, durationMs: shownMs, errorCode };
  }

  /**
   * A delivery would wait for a slot. A test send fails instead, because a user waits for the result. It still counts towards
   * the limits of test sends (`SampleSendLimits`).
   */
  #assertFreeSlot(origin: string): void {
    if (this.egress.inFlightTo(origin) >= this.options.egress.maxPerOrigin)
      throw new OriginBusyError(PER_TRANSPORT.intervalMs);
  }

  #request(
    target: Extract<TransportConfig['target'], { ok: true }>,
    content: SignedContent,
    timeoutMs: number,
  ): EgressRequest {
    const nowMs = this.database.now();
    const { userAgent } = this.options;
    return signedRequest(target, content, TEST_HEADERS, { nowMs, timeoutMs, userAgent });
  }
}
