import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Actor } from './actor.js';

/** A shift. */
const LIFETIME_SECONDS = 12 * 3600;
const ISSUER = 'tillhook-sample-pos';

/** Number of tokens whose result is kept: more than the users of a shop who are signed in at once. */
const KEPT_TOKENS = 1_000;

/** Issues and checks access tokens: JWTs that say the tenant, the user and the role. */
@Injectable()
export class AccessTokens {
  readonly #kept = new Map<string, { readonly actor: Actor; readonly expiresAt: number }>();

  constructor(private readonly jwt: JwtService) {}

  issue(actor: Actor): Promise<string> {
    const options = { subject: actor.user.Uid, issuer: ISSUER, expiresIn: LIFETIME_SECONDS };
    return this.jwt.signAsync({ ...actor }, options);
  }

  /** Returns whom the token was issued to, or undefined unless this app issued it, it has not expired and it names an actor. */
  async verify(token: string | undefined): Promise<Actor | undefined> {
    if (token === undefined) return undefined;
    // A client sends one token with every request. Its signature stays valid, so only the expiry is checked again.
    const kept = this.#kept.get(token);
    if (kept && Date.now() < kept.expiresAt) return kept.actor;
    this.#kept.delete(token);
    try {
      const options = { algorithms: ['HS256' as const], issuer: ISSUER };
      const claims = await this.jwt.verifyAsync<Claims>(token, options);
      const actor = actorOf(claims);
      if (actor && claims.exp !== undefined) this.#keep(token, actor, claims.exp * 1_000);
      return actor;
    } catch {
      return undefined;
    }
  }

  /** Forgets the oldest token if there is no place: it is verified again when it comes back. */
  #keep(token: string, actor: Actor, expiresAt: number): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= KEPT_TOKENS) this.#kept.delete(oldest);
    this.#kept.set(token, { actor, expiresAt });
  }
}

/** Claims as they come: whatever the secret has signed. */
type Claims = { readonly exp?: number } & { readonly [Claim in keyof Actor]?: unknown };

/** A valid signature proves the issuer, not the claims: another release may have issued a token with other claims. */
function actorOf(claims: Claims): Actor | undefined {
  const { tenant, user, role } = claims;
  if (!isReference(tenant) || !isReference(user) || !isRole(role)) return undefined;
  return { tenant, user, role };
}

function isReference(value: unknown): value is Actor['tenant'] {
  if (typeof value !== 'object' || value === null) return false;
  const { Id, Uid } = value as Record<'Id' | 'Uid', unknown>;
  return Number.isInteger(Id) && typeof Uid === 'string';
}

const isRole = (value: unknown): value is Actor['role'] =>
  value === 'Tenant.Admin' || value === 'Tenant.Cashier';
