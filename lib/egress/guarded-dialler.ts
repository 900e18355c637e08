import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { EgressError } from '../errors/egress.error.js';
import { familyOf, isPublicAddress } from './address-policy.js';
import type { NameResolver } from './name-resolver.js';
import type { CheckedUrl } from './url-policy.js';

/** How far a dial has come; decides what its failure is called. */
export type DialPhase = 'resolving' | 'connecting' | 'handshaking' | 'open';

/** What a dial reports to its connection as it goes. */
export interface DialObserver {
  /** Whose look-up it is. */
  readonly lookupGroup: string;
  /** True once nobody wants the socket any more. */
  readonly abandoned: boolean;
  onPhase(phase: DialPhase): void;
  /** The socket as soon as there is one, so that it can be destroyed while it is connecting. */
  onSocket(socket: Socket): void;
}

/** Before the next of several addresses is tried too. Node's own 250 ms are short for another continent. */
const NEXT_ADDRESS_AFTER_MS = 1_000;
/** Addresses of one name that are tried; all are judged. */
const MAX_DIALLED = 8;
/** Origins whose TLS session is remembered, to spare the receiver's next connection half of the handshake. */
const MAX_SESSIONS = 500;

/**
 * Makes connections, and only to addresses that the policy allows. The name is looked up here, every address
 * in the answer is judged, one bad address refuses the name, and the socket gets exactly the judged addresses:
 * there is no second look-up that could answer otherwise. IP literals are judged here as well, since
 * a `lookup` function is never called for them.
 */
export class GuardedDialler {
  readonly #sessions = new Map<string, Buffer>();
  readonly #ca: string[] | undefined;

  /** @param extraCaCerts PEM certificates of authorities trusted beside Node's own */
  constructor(
    private readonly resolver: NameResolver,
    extraCaCerts: readonly string[],
  ) {
    this.#ca = extraCaCerts.length === 0 ? undefined : [...rootCertificates, ...extraCaCerts];
  }

  /** Dials for undici: calls back once, with an open socket or an error. */
  dial(
    url: CheckedUrl,
    observer: DialObserver,
    options: buildConnector.Options,
    callback: buildConnector.Callback,
  ): void {
    observer.onPhase('resolving');
    this.#addressesOf(url, observer.lookupGroup).then(
      (addresses) => {
        if (!observer.abandoned) this.#connect(url, addresses, observer, options, callback);
      },
      (error: unknown) => callback(error as Error, null),
    );
  }

  /** @throws {EgressError} `DNS_FAILED`, or `CONNECT_FAILED` for what the policy refuses. */
  async #addressesOf(url: CheckedUrl, lookupGroup: string): Promise<readonly string[]> {
    const literal = familyOf(url.hostname) !== undefined;
    const addresses = literal ? [url.hostname] : await this.resolver.resolve(url.hostname, lookupGroup);
    const allowed = (address: string): boolean =>
      isPublicAddress(address) || url.rules.allow.allows(address, url.port);
    if (!addresses.every(allowed)) throw new EgressError('CONNECT_FAILED', { refusedByPolicy: true });
    return addresses.slice(0, MAX_DIALLED);
  }

  #connect(
    url: CheckedUrl,
    addresses: readonly string[],
    observer: DialObserver,
    options: buildConnector.Options,
    callback: buildConnector.Callback,
  ): void {
    observer.onPhase('connecting');
    const connect = buildConnector({
      lookup: (_hostname, _options, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: familyOf(address) === 'ipv4' ? 4 : 6 })),
        ),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      // The attempt's own deadline ends a dial; undici's would be a second timer.
      timeout: 0,
      maxCachedSessions: 0,
      session: this.#sessions.get(url.origin),
      ca: this.#ca,
      // Said here because NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise switch it off for everything.
      rejectUnauthorized: true,
    });
    // The types know a connector that returns nothing; it returns the socket.
    const socket = connect(options, (...result) => {
      if (result[0] === null) observer.onPhase('open');
      callback(...result);
    }) as unknown as Socket;
    if (options.protocol === 'https:') {
      socket.once('connect', () => observer.onPhase('handshaking'));
      socket.on('session', (session: Buffer) => this.#remember(url.origin, session));
    }
    observer.onSocket(socket);
  }

  #remember(origin: string, session: Buffer): void {
    this.#sessions.delete(origin);
    this.#sessions.set(origin, session);
    if (this.#sessions.size <= MAX_SESSIONS) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      return;
    }
  }
}
