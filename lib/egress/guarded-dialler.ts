import type { Socket } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { familyOf } from './address-policy.js';
import { checkDnsResult } from './dns-result-policy.js';
import type { NameResolver } from './name-resolver.js';
import type { CheckedUrl } from './url-policy.js';

type Options = buildConnector.Options;
type Callback = buildConnector.Callback;

/** The phase of a dial. It decides which code a failure gets. */
export type DialPhase = 'resolving' | 'connecting' | 'handshaking' | 'open';

/** Receives the progress of a dial. */
export interface DialObserver {
  /** Group of the name look-up (the tenant's uid). */
  readonly lookupGroup: string;
  /** Whether the socket is no longer needed. */
  readonly abandoned: boolean;
  onPhase(phase: DialPhase): void;
  /** Called as soon as there is a socket, so that it can be destroyed while it is connecting. */
  onSocket(socket: Socket): void;
}

/** Delay until another of several addresses is tried as well, in ms. Node's default of 250 ms is too short for another continent. */
const NEXT_ADDRESS_AFTER_MS = 1_000;
/** Maximum number of addresses of one name that are tried. The policy judges all addresses, also those that are not tried. */
const MAX_DIALLED = 8;
/** Maximum number of origins whose TLS session is remembered. A remembered session saves half of the next handshake. */
const MAX_SESSIONS = 500;

/**
 * Opens connections, and only to addresses that the policy allows. The name is resolved here, and every address of the DNS
 * result is judged. One refused address refuses the name. The socket gets exactly the judged addresses, so no second look-up
 * can return others. IP literals are judged here as well, because a `lookup` function is never called for them.
 */
export class GuardedDialler {
  readonly #sessions = new Map<string, Buffer>();
  #secureContext: SecureContext | undefined;

  /**
   * @param extraCaCerts PEM certificates of authorities that are trusted in addition to Node's own
   * @param onRefused called when an address is refused
   */
  constructor(
    private readonly resolver: NameResolver,
    private readonly extraCaCerts: readonly string[],
    private readonly onRefused: (url: CheckedUrl) => void,
  ) {}

  /** Opens a connection for undici. Calls `callback` once, with an open socket or an error, unless the observer has abandoned the dial. */
  dial(url: CheckedUrl, observer: DialObserver, options: Options, callback: Callback): void {
    this.#dial(url, observer, options, callback).catch((error: unknown) => callback(error as Error, null));
  }

  async #dial(url: CheckedUrl, observer: DialObserver, options: Options, callback: Callback): Promise<void> {
    observer.onPhase('resolving');
    const addresses = isLiteral(url)
      ? [url.hostname]
      : await this.resolver.resolve(url.hostname, observer.lookupGroup, url.isAllowedHost);
    try {
      checkDnsResult(addresses, url);
    } catch (error) {
      if (addresses.length > 0) this.onRefused(url);
      throw error;
    }
    if (observer.abandoned) return;
    observer.onPhase('connecting');
    const connect = this.#connectorTo(url, addresses.slice(0, MAX_DIALLED));
    // By its type, the connector returns nothing. In fact it returns the socket.
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

  /** A connector that can reach these addresses and nothing else. */
  #connectorTo(url: CheckedUrl, addresses: readonly string[]): buildConnector.connector {
    const checked = addresses.map((address) => ({ address, family: familyOf(address) === 'ipv4' ? 4 : 6 }));
    return buildConnector({
      lookup: (_hostname, _options, done) => done(null, checked),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
      // The attempt's own deadline ends a dial; undici's would be a second timer.
      timeout: 0,
      maxCachedSessions: 0,
      ...(url.origin.startsWith('https:') && {
        session: this.#sessions.get(url.origin),
        secureContext: this.#secureContextOf(),
        // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise turn verification off.
        rejectUnauthorized: true,
      }),
    });
  }

  /** One context for all connections: reading a hundred root certificates for each would cost more than the handshake. */
  #secureContextOf(): SecureContext {
    const ca = this.extraCaCerts.length === 0 ? undefined : [...rootCertificates, ...this.extraCaCerts];
    this.#secureContext ??= createSecureContext({ ca });
    return this.#secureContext;
  }

  #remember(origin: string, session: Buffer): void {
    this.#sessions.delete(origin);
    this.#sessions.set(origin, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
  }
}

const isLiteral = (url: CheckedUrl): boolean => familyOf(url.hostname) !== undefined;
