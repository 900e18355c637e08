import { Body, Delete, Get, HttpCode, Param, Post, SetMetadata } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../../admin/admin-controller.js';
import { RequestActor } from '../../admin/audit/request-actor.js';
import {
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  INVALID_TENANT_UID,
  invalidUid,
} from '../../admin/openapi/api-docs.js';
import { NOT_FOR_PORTAL_LINKS } from '../../admin/portal-access.js';
import { AbsentBodyPipe } from '../../admin/validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../../admin/validation/dto.pipe.js';
import { UidPipe } from '../../admin/validation/uid.pipe.js';
import { fragmentOf } from './link-secrets.js';
import {
  CreatedPortalLinkDto,
  CreatePortalLinkDto,
  portalLinkDto,
  PortalLinkListDto,
} from './portal-links.dto.js';
import { PortalLinksService } from './portal-links.service.js';

/** Links that open the portal for a tenant. A session that a link opened cannot create further links. */
@AdminController('portallinks', 'portal')
@SetMetadata(NOT_FOR_PORTAL_LINKS, true)
export class PortalLinksController {
  constructor(private readonly links: PortalLinksService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createPortalLink',
    summary: 'Create a link that opens the portal',
    description:
      'The link can be opened once. It gives access to the portal of this tenant until it expires or is revoked, without any other credentials: send it only to the person who is to use it.',
  })
  @ApiJsonBody(
    CreatePortalLinkDto,
    { 'For an hour': {}, 'Read-only': { readOnly: true } },
    { required: false },
  )
  @ApiOkResponse({ type: CreatedPortalLinkDto, description: 'The link with its URL.' })
  @ApiInvalid('expiresInMinutes must not be greater than 1440')
  async create(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(CreatePortalLinkDto)) body: Input<CreatePortalLinkDto>,
    @RequestActor() actor: string | null,
  ): Promise<CreatedPortalLinkDto> {
    const { link, code } = await this.links.create(tenantUid, body, actor);
    return { ...portalLinkDto(link), url: `../../portal${fragmentOf(code)}` };
  }

  @Get()
  @ApiOperation({
    operationId: 'listPortalLinks',
    summary: 'List links that open the portal',
    description:
      'Lists links with their creators and the times at which they were opened. Their URLs are not shown.',
  })
  @ApiOkResponse({ type: PortalLinkListDto, description: 'The links of the tenant.' })
  @ApiInvalid(INVALID_TENANT_UID)
  async list(@Param('tenantUid', UidPipe) tenantUid: string): Promise<PortalLinkListDto> {
    return { items: (await this.links.list(tenantUid)).map(portalLinkDto) };
  }

  @Delete(':portalLinkUid')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'revokePortalLink',
    summary: 'Revoke a link that opens the portal',
    description:
      'Ends the link and the session that it opened: the next request of the session gets 401 `PORTAL_LINK_INVALID`.',
  })
  @ApiUid('portalLinkUid', 'Uid of the link.', '3f1c7a52-2c0e-4a9e-9a57-0c1f3f0b7e11')
  @ApiNoContentResponse({ description: 'The link is not valid any more.' })
  @ApiInvalid(invalidUid('portalLinkUid'))
  @ApiMissing('PORTAL_LINK')
  async revoke(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('portalLinkUid', UidPipe) portalLinkUid: string,
    @RequestActor() actor: string | null,
  ): Promise<void> {
    await this.links.revoke(tenantUid, portalLinkUid, actor);
  }
}
