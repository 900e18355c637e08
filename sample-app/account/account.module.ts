import { createSecretKey } from 'node:crypto';
import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import { ACCESS_TOKEN_SECRET, Setting } from '../database/setting.entity.js';
import { AccessTokens } from './access-tokens.js';
import { OperatorToken } from './operator-token.js';

/** Access tokens and the operators' token, for the modules that issue or check them. */
@Module({
  imports: [
    JwtModule.registerAsync({
      inject: [DataSource],
      useFactory: async (dataSource: DataSource) => {
        const setting = await dataSource
          .getRepository(Setting)
          .findOneByOrFail({ name: ACCESS_TOKEN_SECRET });
        // A key object, because jsonwebtoken first tries, for every token, to parse a string or a buffer as a public key.
        return { secret: createSecretKey(setting.value, 'base64') };
      },
    }),
  ],
  providers: [AccessTokens, OperatorToken],
  exports: [AccessTokens, OperatorToken],
})
export class AccountModule {}
