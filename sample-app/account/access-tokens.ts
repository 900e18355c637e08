import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Actor } from './actor.js';

/** Lifetime of a token: one shift. */
const LIFETIME_SECONDS = 12 * 3600;
const ISSUER = 'tillhook-sample-pos';

/** Maximum number of verified tokens in the cache: more than the users of a shop who are signed in at once. */
const KEPT_TOKENS = 1_000;

/** Issues and checks access tokens: JWTs that contain the tenant, the user and the role. */
@Injectable()
export class AccessTokens {
  readonly #kept = new Map<string, { readonly actor: Actor; readonly expiresAt: number }>();

  constructor(private readonly jwt: JwtService) {}

  issue(actor: Actor): Promise<string> {
    const options = { subject: actor.user.Uid, issuer: ISSUER, expiresIn: LIFETIME_SECONDS };
    return this.jwt.signAsync({ ...actor }, options);
  }

  /** Returns the actor that the token names; undefined: it was not issued by this app, has expired, or names no actor. */
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

  /** Removes the oldest token if the cache is full. The next request with that token verifies it again. */
  #keep(token: string, actor: Actor, expiresAt: number): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= KEPT_TOKENS) this.#kept.delete(oldest);
    this.#kept.set(token, { actor, expiresAt });
  }
}

/** Claims of a token with a valid signature. Their types are not checked yet. */
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
