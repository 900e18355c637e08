// passport/jwt.strategy.ts
import { Injectable, Module } from '@nestjs/common';
import { PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

export interface User {
  readonly tenantUid: string;
  readonly roles: readonly string[];
}

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: process.env.JWT_SECRET ?? '', // an empty secret stops the application
      algorithms: ['HS256'],
    });
  }

  validate(claims: { tenant: string; roles?: string[] }): User {
    return { tenantUid: claims.tenant, roles: claims.roles ?? [] };
  }
}

@Module({ imports: [PassportModule], providers: [JwtStrategy] })
export class AuthModule {}
