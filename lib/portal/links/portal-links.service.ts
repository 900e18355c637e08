import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { notFound, portalLinkInvalid } from '../../admin/api-error.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import {
  PortalLinkRepository,
  type PortalLink,
} from '../../persistence/repositories/portal-link.repository.js';
import { codeOf, hashOf, newSecret, partsOf } from './link-secrets.js';

const MINUTE_MS = 60_000;
/** How long ended links stay in the list. */
const REMEMBERED_MS = 30 * 24 * 60 * MINUTE_MS;
/** Maximum number of links in a list. Older ones have usually expired, because a link is valid for at most a day. */
const MOST_LISTED = 100;

export interface PortalLinkRequest {
  /** How long the link and its session are valid, in minutes, 1 to 1,440. Default 60. */
  readonly expiresInMinutes?: number | undefined;
  /** Whether the link is read-only. Default false. */
  readonly readOnly?: boolean | undefined;
}

/** The session that a browser gets in exchange for the code of a link. */
export interface PortalSession {
  /** Secret: sent in the header `x-tillhook-portal`. */
  readonly token: string;
  readonly link: PortalLink;
}

/** Links with which users without an account of the host's API open the portal. */
@Injectable()
export class PortalLinksService {
  constructor(
    private readonly links: PortalLinkRepository,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /**
   * Creates a link.
   *
   * @param actor who creates it; null: not known
   * @returns the link, and the code for the fragment of its URL, which is not returned again
   */
  async create(
    tenantUid: string,
    { expiresInMinutes = 60, readOnly = false }: PortalLinkRequest,
    actor: string | null = null,
  ): Promise<{ link: PortalLink; code: string }> {
    const secret = newSecret();
    const createdAt = this.database.now();
    const link = {
      linkUid: randomUUID(),
      tenantUid,
      createdBy: actor,
      readOnly,
      createdAt,
      expiresAt: createdAt + Math.round(expiresInMinutes * MINUTE_MS),
    };
    await this.links.insert(link, hashOf(secret), createdAt - REMEMBERED_MS);
    return { link: { ...link, openedAt: null, revokedAt: null }, code: codeOf(link.linkUid, secret) };
  }

  /**
   * Exchanges the code of a link for the token of a session. A code works once.
   *
   * @throws {ApiError} 401 `PORTAL_LINK_INVALID`
   */
  async open(code: string): Promise<PortalSession> {
    const parts = partsOf(code);
    if (!parts) throw portalLinkInvalid();
    const token = newSecret();
    const link = await this.links.open(
      parts.linkUid,
      hashOf(parts.secret),
      hashOf(token),
      this.database.now(),
    );
    if (!link) throw portalLinkInvalid();
    return { token, link };
  }

  /** The link whose session has this token; undefined if the token is not valid any more. */
  linkOfToken(token: string): Promise<PortalLink | undefined> {
    return this.links.findByToken(hashOf(token), this.database.now());
  }

  /** The newest links of a tenant, including those that have expired in the last 30 days. */
  list(tenantUid: string): Promise<PortalLink[]> {
    return this.links.newest(tenantUid, MOST_LISTED);
  }

  /**
   * Ends a link and the session that it opened: the next request of the session is refused.
   *
   * @param actor who revokes it; null: not known
   * @throws {ApiError} 404 `PORTAL_LINK_NOT_FOUND`
   */
  async revoke(tenantUid: string, linkUid: string, actor: string | null = null): Promise<void> {
    const exists = await this.links.revoke(tenantUid, linkUid, actor, this.database.now());
    if (!exists) throw notFound('PORTAL_LINK');
  }
}
