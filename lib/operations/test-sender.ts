import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { sendAttempt, type SendableAttempt, type SentAttempt } from '../delivery/sending/attempt.js';
import { signedRequest, type SignedContent } from '../delivery/sending/signed-request.js';
import { TransportConfigs, type TransportConfig } from '../delivery/sending/transport-config.js';
import { isDelivered } from '../domain/attempt-outcome.js';
import { EgressClient, type EgressRequest } from '../egress/egress-client.js';
import { OriginBusyError } from '../errors/origin-busy.error.js';
import { DATABASE, type Database } from '../persistence/database.js';
import type { StoredTransport } from '../persistence/lane-store.js';
import { SECRET_BOX, type SecretBox } from '../persistence/secret-box.js';
import type { ResolvedWebhooksOptions } from '../webhooks.options.js';
import { WEBHOOKS_OPTIONS } from '../webhooks.tokens.js';
import { PER_TRANSPORT } from './test-turns.js';

/** What came of a test send: as much as tells a receiver that works from one that does not, and no more. */
export interface TestSendResult {
  readonly delivered: boolean;
  /** Null when there was no answer. */
  readonly responseStatusCode: number | null;
  readonly durationMs: number;
  /** Why there was no answer; null when there was one. */
  readonly errorCode: string | null;
}

const TEST_HEADERS = ['x-webhook-attempt', '1', 'x-webhook-test', 'true'];

/** Failures before there was a connection: how long they took would tell what their code does not. */
const UNCONNECTED: ReadonlySet<string> = new Set(['DNS_FAILED', 'CONNECT_FAILED']);
const WHOLE_MS = 1_000;

/** Sends one request as a delivery would be sent: the same configuration, guard, signature and deadline. */
@Injectable()
export class TestSender {
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
   * What never became a connection is answered at a whole second after its start, so that an address which the policy blocks
   * (at once) looks like a port that is closed (a round trip later), by the clock too.
   *
   * @throws {OriginBusyError} when whoever is there gets as many requests from this process as it may
   */
  async send(transport: StoredTransport, content: SignedContent): Promise<TestSendResult> {
    const { target, timeoutMs } = this.#configs.open(transport);
    if (target.ok) this.#assertRoomAt(target.url.origin);
    const request = target.ok ? this.#request(target, content, timeoutMs, transport.tenantUid) : target;
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

  /** A delivery waits until there is room. Somebody waits for the answer to a test, whose turn is used up. */
  #assertRoomAt(origin: string): void {
    if (this.egress.inFlightTo(origin) >= this.options.egress.maxPerOrigin)
      throw new OriginBusyError(PER_TRANSPORT.intervalMs);
  }

  #request(
    target: Extract<TransportConfig['target'], { ok: true }>,
    content: SignedContent,
    timeoutMs: number,
    tenantUid: string,
  ): EgressRequest {
    const nowMs = this.database.now();
    const { userAgent } = this.options;
    return {
      ...signedRequest(target, content, TEST_HEADERS, { nowMs, timeoutMs, userAgent }),
      lookupGroup: tenantUid,
    };
  }
}
