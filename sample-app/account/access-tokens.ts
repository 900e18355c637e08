import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Actor } from './actor.js';

/** A shift. */
const LIFETIME_SECONDS = 12 * 3600;
const ISSUER = 'tillhook-sample-pos';

/** Issues and checks access tokens: JWTs that say the tenant, the user and the role. */
@Injectable()
export class AccessTokens {
  constructor(private readonly jwt: JwtService) {}

  issue(actor: Actor): Promise<string> {
    const options = { subject: actor.user.Uid, issuer: ISSUER, expiresIn: LIFETIME_SECONDS };
    return this.jwt.signAsync({ ...actor }, options);
  }

  /** Returns whom the token was issued to, or undefined unless this app issued it, it has not expired and it names an actor. */
  async verify(token: string | undefined): Promise<Actor | undefined> {
    if (token === undefined) return undefined;
    try {
      const options = { algorithms: ['HS256' as const], issuer: ISSUER };
      return actorOf(await this.jwt.verifyAsync<object>(token, options));
    } catch {
      return undefined;
    }
  }
}

/** A valid signature proves the issuer, not the claims: another release may have issued a token with other claims. */
function actorOf(claims: Partial<Record<keyof Actor, unknown>>): Actor | undefined {
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
