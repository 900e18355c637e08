import type { TransportCommand } from './transport-state.js';

/**
 * Kinds of audit entries of a tenant: changes of a transport, a webhook, a secret or a portal link, and jobs that somebody starts
 * or cancels.
 */
export const AUDIT_KINDS = [
  'TRANSPORT_CREATED',
  'TRANSPORT_CHANGED',
  'TRANSPORT_DELETED',
  'TRANSPORT_PAUSED',
  'TRANSPORT_RESUMED',
  'TRANSPORT_DISABLED',
  'TRANSPORT_ENABLED',
  'SECRET_ROTATED',
  'KEY_ROTATED',
  'WEBHOOK_CREATED',
  'WEBHOOK_CHANGED',
  'WEBHOOK_DELETED',
  'RECOVERY_STARTED',
  'RECOVERY_CANCELLED',
  'PORTAL_LINK_CREATED',
  'PORTAL_LINK_REVOKED',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Kinds of audit entries of the operator, which concern all tenants. */
export const OPERATOR_AUDIT_KINDS = ['DELIVERIES_STOPPED', 'DELIVERIES_RESUMED'] as const;
export type OperatorAuditKind = (typeof OPERATOR_AUDIT_KINDS)[number];

/** The resource of an entry that concerns a tenant and none of its transports. No transport has an empty uid. */
export const TENANT_RESOURCE = { httpTransportUid: '', webhookUid: null } as const;

/** The resource of an entry that concerns all tenants. No tenant and no transport has an empty uid. */
export const OPERATOR_RESOURCE = { tenantUid: '', ...TENANT_RESOURCE } as const;

/** The actor of changes that the module makes by itself, such as after a 410. Nobody else may use it. */
export const SYSTEM_ACTOR = 'system';
/** Maximum length of an actor, in characters. */
export const MAX_ACTOR = 255;
const CONTROL_OR_UNPAIRED = /[\p{Cc}\p{Cs}]/u;

/** Whether a value may be the name of somebody who makes a change. */
export const isActor = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length >= 1 &&
  value.length <= MAX_ACTOR &&
  !CONTROL_OR_UNPAIRED.test(value) &&
  value !== SYSTEM_ACTOR;

/** The rule of `isActor` for messages. */
export const ACTOR_RULE = `text of 1 to ${MAX_ACTOR} characters without control characters, and not "${SYSTEM_ACTOR}"`;

/** How long entries of the audit are kept, in ms: 400 days. */
export const AUDIT_KEPT_MS = 400 * 86_400_000;

/** A field that changed. Secrets are masked. */
export interface AuditChange {
  readonly field: string;
  /** A JSON value; null: there was none. */
  readonly from: unknown;
  /** A JSON value; null: there is none. */
  readonly to: unknown;
}

/** The changes of an entry, and who made them. */
export interface Audited {
  readonly kind: AuditKind | OperatorAuditKind;
  /** Null: unknown. */
  readonly actor: string | null;
  readonly changes: readonly AuditChange[];
}

/** The kind of a command's entry. */
export const COMMAND_KINDS: Readonly<Record<TransportCommand, AuditKind>> = {
  pause: 'TRANSPORT_PAUSED',
  resume: 'TRANSPORT_RESUMED',
  disable: 'TRANSPORT_DISABLED',
  enable: 'TRANSPORT_ENABLED',
};

/** The fields whose values differ. */
export const differences = (fields: readonly AuditChange[]): AuditChange[] =>
  fields.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
