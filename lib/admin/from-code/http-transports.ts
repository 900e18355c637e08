import { Inject, Injectable } from '@nestjs/common';
import type { TransportCommand } from '../../domain/transport-state.js';
import { SigningSecretRotationService } from '../../operations/http-transports/signing-secret-rotation.service.js';
import { SampleSendService } from '../../operations/http-transports/sample-send.service.js';
import { TransportStateService } from '../../operations/http-transports/transport-state.service.js';
import { SECRET_BOX, type SecretBox } from '../../secrets/secret-box.js';
import { orNotFound } from '../http-transport-operations/or-not-found.js';
import { EnableHttpTransportDto } from '../http-transport-operations/enable-http-transport.dto.js';
import { DisableHttpTransportDto } from '../http-transport-operations/disable-http-transport.dto.js';
import { RotateSecretDto } from '../http-transport-operations/rotate-secret.dto.js';
import { TestSendDto } from '../http-transport-operations/test-send.dto.js';
import {
  CreateHttpTransportDto,
  UpdateHttpTransportDto,
} from '../http-transports/http-transport-bodies.dto.js';
import { httpTransportDto } from '../http-transports/http-transport.dto.js';
import { HttpTransportQueryDto } from '../http-transports/http-transport-query.dto.js';
import { HttpTransportsService } from '../http-transports/http-transports.service.js';
import { pageDto } from '../listing/page.dto.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type {
  ChangedBy,
  CreatedHttpTransport,
  CreateHttpTransport,
  HttpTransport,
  HttpTransportList,
  HttpTransportQuery,
  HttpTransportTestResult,
  RotateSigningSecret,
  UpdateHttpTransport,
} from './admin-types.js';
import { checkedActor } from './checked-actor.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const CREATE = new DtoPipe(CreateHttpTransportDto);
const UPDATE = new DtoPipe(UpdateHttpTransportDto);
const LIST = new DtoPipe(HttpTransportQueryDto);
const DISABLE = new DtoPipe(DisableHttpTransportDto);
const ENABLE = new DtoPipe(EnableHttpTransportDto);
const ROTATE = new DtoPipe(RotateSecretDto);
const TEST = new DtoPipe(TestSendDto);

/**
 * HTTP transports from code, for example for provisioning, in GraphQL resolvers or in your own routes. Every method applies the
 * rules of the REST API (validation, quotas, egress checks, masked secrets) except access: you decide who may call it. The first
 * argument is the tenant; no method reaches another tenant's rows. The last argument of methods that change something,
 * `{ actor }`, says who makes the change, for the audit.
 *
 * Every method throws `ApiError`: `code` is the code of the REST API's response, `getStatus()` its HTTP status. Codes that
 * any method may throw: `VALIDATION_FAILED`, `DATABASE_BUSY`, `DATABASE_UNAVAILABLE`, `TABLES_MISSING`. One exception: in a
 * process with `worker: false` and `controllers: false`, methods that need secrets fetch the encryption keys first. If the
 * keys are invalid or missing, these methods throw a `WebhooksError` with the code `INVALID_OPTION` or
 * `ENCRYPTION_KEY_MISSING`, which has no HTTP status. Other processes check the keys when they start.
 */
@Injectable()
export class HttpTransports {
  constructor(
    private readonly transports: HttpTransportsService,
    private readonly states: TransportStateService,
    private readonly rotation: SigningSecretRotationService,
    private readonly tests: SampleSendService,
    @Inject(SECRET_BOX) private readonly secrets: SecretBox,
  ) {}

  /**
   * Creates a transport.
   *
   * @param tenantUid 1 to 64 characters, as in `emit`
   * @param input `name` and `url` are required; defaults as in the REST API, but an empty text does not count as omitted
   * @returns the transport and its signing secret, which no later call returns
   * @throws {ApiError} `TARGET_REFUSED`, `HEADER_REFUSED`, `INVALID_SIGNING_SECRET`, `UID_TAKEN`, `QUOTA_EXCEEDED`
   */
  create(tenantUid: string, input: CreateHttpTransport, by?: ChangedBy): Promise<CreatedHttpTransport> {
    return this.#withSecrets(async () => {
      const actor = checkedActor(by);
      const tenant = checkedUid('tenantUid', tenantUid);
      const body = await checkedInput(CREATE, 'input', input);
      const { transport, signingSecret } = await this.transports.create(tenant, body, actor);
      return { ...httpTransportDto(transport), signingSecret };
    });
  }

  /**
   * Returns one transport; its secrets are masked.
   *
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`
   */
  get(tenantUid: string, httpTransportUid: string): Promise<HttpTransport> {
    return withApiErrors(async () =>
      httpTransportDto(await this.transports.get(...checkedPath(tenantUid, httpTransportUid))),
    );
  }

  /**
   * Returns one page of the tenant's transports.
   *
   * @param query `pageNumber` from 1 (default 1), `pageSize` 1 to 100 (default 25), `sortBy` (default `createdAt`),
   *   `sortDirection` (default `ASC`); filters: `state`, `failing`, `search`
   */
  list(tenantUid: string, query?: HttpTransportQuery): Promise<HttpTransportList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      const request = await checkedInput(LIST, 'query', query);
      return pageDto(await this.transports.page(tenant, request), request, httpTransportDto);
    });
  }

  /**
   * Changes the given fields and no others, as `PATCH` does. You can change the result of `get` and pass it back.
   *
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `TARGET_REFUSED`, `HEADER_REFUSED`, `CREDENTIALS_REQUIRED`,
   *   `READ_ONLY_FIELD`, `CONCURRENT_CHANGE`
   */
  update(
    tenantUid: string,
    httpTransportUid: string,
    input: UpdateHttpTransport,
    by?: ChangedBy,
  ): Promise<HttpTransport> {
    return this.#withSecrets(async () => {
      const actor = checkedActor(by);
      const path = checkedPath(tenantUid, httpTransportUid);
      const body = await checkedInput(UPDATE, 'input', input);
      return httpTransportDto(await this.transports.update(...path, body, actor));
    });
  }

  /**
   * Deletes the transport and its webhooks. Its pending deliveries become `CANCELLED`; its log stays.
   *
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`
   */
  delete(tenantUid: string, httpTransportUid: string, by?: ChangedBy): Promise<void> {
    return withApiErrors(async () =>
      this.transports.delete(...checkedPath(tenantUid, httpTransportUid), checkedActor(by)),
    );
  }

  /**
   * Pauses the transport: events are queued, and no request starts later than one second after the call. Idempotent.
   *
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `CONCURRENT_CHANGE`; `TRANSPORT_STATE_CONFLICT` if it is disabled
   */
  pause(tenantUid: string, httpTransportUid: string, by?: ChangedBy): Promise<HttpTransport> {
    return this.#command('pause', tenantUid, httpTransportUid, by);
  }

  /**
   * Ends a pause: queued deliveries are sent. Idempotent.
   *
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `CONCURRENT_CHANGE`; `TRANSPORT_STATE_CONFLICT` if it is disabled
   */
  resume(tenantUid: string, httpTransportUid: string, by?: ChangedBy): Promise<HttpTransport> {
    return this.#command('resume', tenantUid, httpTransportUid, by);
  }

  /**
   * Disables the transport: no request starts later than one second after the call, and events that are emitted while it is
   * disabled are recorded as `MISSED`. Idempotent.
   *
   * @param options `reason`: 1 to 64 characters, shown as `disabledReason`; default `ADMIN`, or the existing reason if the
   *   transport is already disabled
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `CONCURRENT_CHANGE`
   */
  disable(
    tenantUid: string,
    httpTransportUid: string,
    options?: { reason?: string | undefined },
    by?: ChangedBy,
  ): Promise<HttpTransport> {
    return withApiErrors(async () => {
      const { reason } = await checkedInput(DISABLE, 'options', options);
      return this.#command('disable', tenantUid, httpTransportUid, by, reason);
    });
  }

  /**
   * Enables a disabled transport: pending deliveries are sent, and past failures no longer count. Idempotent.
   *
   * @param options `recover`: also starts a recovery of everything that failed or was missed since `failingSince` or, if that is
   *   null, since the transport was disabled; default false
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `CONCURRENT_CHANGE`; `TRANSPORT_STATE_CONFLICT` if it is paused
   */
  enable(
    tenantUid: string,
    httpTransportUid: string,
    options?: { recover?: boolean | undefined },
    by?: ChangedBy,
  ): Promise<HttpTransport> {
    return withApiErrors(async () => {
      const { recover } = await checkedInput(ENABLE, 'options', options);
      return this.#command('enable', tenantUid, httpTransportUid, by, undefined, recover);
    });
  }

  /**
   * Replaces the signing secret. Until the overlap ends, requests carry signatures of the new and the earlier secrets.
   *
   * @param options `overlapHours`: 0 to 168, default 24; `signingSecret`: a secret to import, default: a new one
   * @returns the transport and its new signing secret, which no later call returns
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `INVALID_SIGNING_SECRET`, `CONCURRENT_CHANGE`
   */
  rotateSecret(
    tenantUid: string,
    httpTransportUid: string,
    options?: RotateSigningSecret,
    by?: ChangedBy,
  ): Promise<CreatedHttpTransport> {
    return this.#withSecrets(async () => {
      const actor = checkedActor(by);
      const path = checkedPath(tenantUid, httpTransportUid);
      const request = await checkedInput(ROTATE, 'options', options);
      const { transport, signingSecret } = await orNotFound(this.rotation.rotate(...path, request, actor));
      return { ...httpTransportDto(transport), signingSecret };
    });
  }

  /**
   * Sends the example of an action to the receiver once, whatever the state of the transport. Nothing is logged or retried.
   *
   * @param options `action`: the action whose example is sent; default: the first one of the catalog that the oldest webhook of
   *   the transport subscribes to, or without a webhook the first one of the catalog
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `UNKNOWN_ACTION`, `DELIVERIES_HELD`, `RATE_LIMITED` (one per transport
   *   in 5 s; per tenant 20 at once, then one in 3 s), `ORIGIN_BUSY`
   */
  test(
    tenantUid: string,
    httpTransportUid: string,
    options?: { action?: string | undefined },
  ): Promise<HttpTransportTestResult> {
    return this.#withSecrets(async () => {
      const path = checkedPath(tenantUid, httpTransportUid);
      const { action } = await checkedInput(TEST, 'options', options);
      return orNotFound(this.tests.send(...path, action));
    });
  }

  #command(
    command: TransportCommand,
    tenantUid: string,
    httpTransportUid: string,
    by: ChangedBy | undefined,
    reason?: string,
    recover?: boolean,
  ): Promise<HttpTransport> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const path = checkedPath(tenantUid, httpTransportUid);
      return httpTransportDto(
        await orNotFound(this.states.command(...path, command, reason, actor, recover)),
      );
    });
  }

  /** A process with neither worker nor controllers fetches its keys now, when they are first needed. */
  #withSecrets<Result>(operation: () => Promise<Result>): Promise<Result> {
    return withApiErrors(async () => {
      await this.secrets.ready();
      return operation();
    });
  }
}

const checkedPath = (tenantUid: string, httpTransportUid: string): [string, string] => [
  checkedUid('tenantUid', tenantUid),
  checkedUid('httpTransportUid', httpTransportUid),
];
