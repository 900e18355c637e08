import { Injectable, UnauthorizedException } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccessTokens } from './access-tokens.js';
import type { SignInDto, SignInView } from './account.dto.js';
import { hashDeviceToken } from './device-token.js';
import { Device } from './device.entity.js';
import { isPassword } from './password.js';
import { TenantUser } from './tenant-user.entity.js';
import { Tenant } from './tenant.entity.js';

/** A hash that no password matches. An unknown user code is checked against it, so that it takes as long as a wrong password. */
const NOBODY = `scrypt:${Buffer.alloc(16).toString('base64')}:${Buffer.alloc(32).toString('base64')}`;

/**
 * Signs users in. It reads from the data source without `PosTransactions`: the rows that it reads never change, and a
 * sign-in should not wait for an open transaction.
 */
@Injectable()
export class AccountService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accessTokens: AccessTokens,
  ) {}

  /** @throws {UnauthorizedException} for an unknown device, an unknown user and a wrong password alike. */
  async signIn(deviceToken: string | undefined, { userCode, password }: SignInDto): Promise<SignInView> {
    const tenant = await this.#tenantOf(deviceToken);
    const users = this.dataSource.getRepository(TenantUser);
    const user = tenant && (await users.findOneBy({ tenantUid: tenant.uid, userCode }));
    const matches = await isPassword(password, user?.passwordHash ?? NOBODY);
    if (!user || !matches) {
      throw new UnauthorizedException(
        'Send a device token as the bearer token, and a valid userCode and password.',
      );
    }
    const reference = { Id: user.id, Uid: user.uid };
    const tenantReference = { Id: tenant.id, Uid: tenant.uid };
    const accessToken = await this.accessTokens.issue({
      tenant: tenantReference,
      user: reference,
      role: user.role,
    });
    const { name, role } = user;
    return { accessToken, tenantUser: { ...reference, userCode, name, tenantUid: tenant.uid, role } };
  }

  async #tenantOf(deviceToken: string | undefined): Promise<Tenant | null> {
    if (deviceToken === undefined) return null;
    const tokenHash = hashDeviceToken(deviceToken);
    const device = await this.dataSource.getRepository(Device).findOneBy({ tokenHash });
    return device && this.dataSource.getRepository(Tenant).findOneBy({ uid: device.tenantUid });
  }
}
