import { Body, Controller, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { ApiErrorInterceptor } from '../../admin/api-error.interceptor.js';
import { NoStoreInterceptor } from '../../admin/no-store.interceptor.js';
import { instant } from '../../admin/instant.js';
import { DtoPipe, type Input } from '../../admin/validation/dto.pipe.js';
import { PortalLinksService } from './portal-links.service.js';

const MAX_CODE = 200;

/** The request body of the portal's page. */
class OpenLinkDto {
  @IsString()
  @MaxLength(MAX_CODE)
  code!: string;
}

/** Where the portal's page exchanges the code of a link for a session. The code is the only credential. */
@ApiExcludeController()
@Controller('portal')
@UseInterceptors(NoStoreInterceptor, ApiErrorInterceptor)
export class PortalSessionController {
  constructor(private readonly links: PortalLinksService) {}

  @Post('session')
  @HttpCode(200)
  async open(
    @Body(new DtoPipe(OpenLinkDto)) { code }: Input<OpenLinkDto>,
  ): Promise<{ token: string; tenantUid: string; readOnly: boolean; expiresAt: string }> {
    const { token, link } = await this.links.open(code);
    const { tenantUid, readOnly, expiresAt } = link;
    return { token, tenantUid, readOnly, expiresAt: instant(expiresAt) };
  }
}
