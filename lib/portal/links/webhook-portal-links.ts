import { Injectable } from '@nestjs/common';
import { checkedActor } from '../../admin/from-code/checked-actor.js';
import { checkedInput, checkedUid, withApiErrors } from '../../admin/from-code/checked-input.js';
import type { ChangedBy } from '../../admin/from-code/admin-types.js';
import { DtoPipe } from '../../admin/validation/dto.pipe.js';
import { CreatePortalLinkDto, portalLinkDto, type PortalLinkDto } from './portal-links.dto.js';
import { fragmentOf } from './link-secrets.js';
import { PortalLinksService } from './portal-links.service.js';

/** A link that opens the portal, as listed. */
export type WebhookPortalLink = PortalLinkDto;
/** Options of a new link: its validity, and whether it permits changes. */
export type CreateWebhookPortalLink = CreatePortalLinkDto;
/** A new link with the part of its URL that contains its code. */
export type CreatedWebhookPortalLink = PortalLinkDto & {
  /** `#link=…`. Append it to the URL under which users reach the portal. No other result contains it. */
  readonly fragment: string;
};

const CREATE = new DtoPipe(CreatePortalLinkDto);

/**
 * Links that open the portal, from code: for a button in your back office, or for a mail. You decide who may call the methods.
 * They throw `ApiError`, as those of `HttpTransports` do.
 */
@Injectable()
export class WebhookPortalLinks {
  constructor(private readonly links: PortalLinksService) {}

  /**
   * Creates a link that can be opened once.
   *
   * @param tenantUid 1 to 64 characters, as in `emit`
   * @param input `expiresInMinutes` 1 to 1,440 (default 60), `readOnly` (default false)
   * @param by who creates it, for the list of links and the audit
   */
  create(
    tenantUid: string,
    input?: CreateWebhookPortalLink,
    by?: ChangedBy,
  ): Promise<CreatedWebhookPortalLink> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const tenant = checkedUid('tenantUid', tenantUid);
      const { link, code } = await this.links.create(
        tenant,
        await checkedInput(CREATE, 'options', input),
        actor,
      );
      return { ...portalLinkDto(link), fragment: fragmentOf(code) };
    });
  }

  /** Returns the 100 newest links of the tenant, newest first, including those that have expired in the last 30 days. */
  list(tenantUid: string): Promise<WebhookPortalLink[]> {
    return withApiErrors(async () =>
      (await this.links.list(checkedUid('tenantUid', tenantUid))).map(portalLinkDto),
    );
  }

  /**
   * Ends a link and the session that it opened: the next request of the session is refused. Idempotent.
   *
   * @param by who revokes it, for the audit
   * @throws {ApiError} `PORTAL_LINK_NOT_FOUND`
   */
  revoke(tenantUid: string, portalLinkUid: string, by?: ChangedBy): Promise<void> {
    return withApiErrors(() => {
      const actor = checkedActor(by);
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.links.revoke(tenant, checkedUid('portalLinkUid', portalLinkUid), actor);
    });
  }
}
