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

  /** Who the token was issued to; undefined unless it is one of ours and in time. */
  async verify(token: string | undefined): Promise<Actor | undefined> {
    if (token === undefined) return undefined;
    try {
      const options = { algorithms: ['HS256' as const], issuer: ISSUER };
      const { tenant, user, role } = await this.jwt.verifyAsync<Actor>(token, options);
      return { tenant, user, role };
    } catch {
      return undefined;
    }
  }
}
