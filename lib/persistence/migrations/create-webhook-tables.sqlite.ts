import { isReservedSql } from '../sql/notification-event-sql.js';

const NOW_MS = `(CAST(unixepoch('subsec') * 1000 AS INTEGER))`;

/**
 * The same tables as on PostgreSQL: the comments in `postgresTables` explain them. Narrow tables are clustered by their primary
 * key (WITHOUT ROWID).
 */
export const sqliteTables = (table: (name: string) => string): string[] => [
  `CREATE TABLE ${table('webhook_setting')} (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,

  `CREATE TABLE ${table('webhook_tenant')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL CONSTRAINT webhook_tenant_uid UNIQUE
  )`,

  `CREATE TABLE ${table('webhook_http_transport')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL REFERENCES ${table('webhook_tenant')} (tenant_uid),
    http_transport_uid TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '',
    headers TEXT NOT NULL,
    security_type TEXT NOT NULL,
    username TEXT,
    password TEXT,
    token TEXT,
    signing_secrets TEXT NOT NULL,
    encrypted_with TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    disabled_reason TEXT,
    failing_since INTEGER,
    disabled_at INTEGER,
    failing_warned INTEGER NOT NULL DEFAULT 0,
    overlap_notice_at INTEGER,
    timeout_ms INTEGER,
    max_concurrency INTEGER,
    rate_limit_requests INTEGER,
    rate_limit_per_seconds INTEGER,
    retry_schedule_seconds TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_modified_at INTEGER NOT NULL,
    CONSTRAINT webhook_http_transport_uid UNIQUE (tenant_uid, http_transport_uid)
  )`,
  `CREATE INDEX webhook_http_transport_key ON ${table('webhook_http_transport')} (encrypted_with)`,
  `CREATE INDEX webhook_http_transport_failing ON ${table('webhook_http_transport')} (failing_since, id)
     WHERE failing_since IS NOT NULL`,
  `CREATE INDEX webhook_http_transport_overlap ON ${table('webhook_http_transport')} (overlap_notice_at, id)
     WHERE overlap_notice_at IS NOT NULL`,

  `CREATE TABLE ${table('webhook_webhook')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL,
    webhook_uid TEXT NOT NULL,
    transport_id INTEGER NOT NULL REFERENCES ${table('webhook_http_transport')} (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    ordered INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_modified_at INTEGER NOT NULL,
    CONSTRAINT webhook_webhook_uid UNIQUE (tenant_uid, webhook_uid)
  )`,
  `CREATE INDEX webhook_webhook_transport ON ${table('webhook_webhook')} (transport_id)`,
  `CREATE INDEX webhook_webhook_notified ON ${table('webhook_webhook')} (tenant_uid) WHERE ${isReservedSql('action')}`,

  `CREATE TABLE ${table('webhook_tombstone')} (
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    tenant_uid TEXT NOT NULL,
    uid TEXT NOT NULL,
    transport_id INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID`,
  `CREATE INDEX webhook_tombstone_uid ON ${table('webhook_tombstone')} (tenant_uid, kind, uid, id)`,

  `CREATE TABLE ${table('webhook_event')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL,
    event_uid TEXT NOT NULL,
    action TEXT NOT NULL,
    ordering_key TEXT,
    body TEXT NOT NULL,
    occurred_at INTEGER,
    expunged_at INTEGER,
    traceparent TEXT,
    created_at INTEGER NOT NULL DEFAULT ${NOW_MS},
    CONSTRAINT webhook_event_uid UNIQUE (tenant_uid, event_uid)
  )`,
  `CREATE INDEX webhook_event_tenant ON ${table('webhook_event')} (tenant_uid)`,

  `CREATE TABLE ${table('webhook_outbox')} (
    tenant_uid TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    ordering_key TEXT,
    transport_ids TEXT,
    may_exist INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_uid, event_id)
  ) WITHOUT ROWID`,
  // SQLite returns the same time throughout a statement. So an event with an earlier created_at was not emitted, but copied.
  `CREATE TRIGGER webhook_event_outbox AFTER INSERT ON ${table('webhook_event')}
     WHEN new.created_at >= ${NOW_MS}
     BEGIN
       INSERT INTO webhook_outbox (tenant_uid, event_id, action, ordering_key, may_exist)
         VALUES (new.tenant_uid, new.id, new.action, new.ordering_key, 0);
     END`,

  // The ids of deliveries come from a counter in webhook_setting, see `LAST_DELIVERY_ID`.
  `CREATE TABLE ${table('webhook_queue')} (
    transport_id INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    webhook_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    tenant_id INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lost_attempts INTEGER NOT NULL DEFAULT 0,
    has_succeeded INTEGER NOT NULL DEFAULT 0,
    noted_token INTEGER,
    ordering_key TEXT,
    requested TEXT,
    PRIMARY KEY (transport_id, due_at, delivery_id)
  ) WITHOUT ROWID`,
  `CREATE INDEX webhook_queue_key ON ${table('webhook_queue')} (transport_id, ordering_key, event_id)
     WHERE ordering_key IS NOT NULL`,
  `CREATE INDEX webhook_queue_list ON ${table('webhook_queue')} (tenant_id, transport_id, delivery_id)`,
  `CREATE INDEX webhook_queue_event ON ${table('webhook_queue')} (event_id)`,
  `CREATE INDEX webhook_queue_requested ON ${table('webhook_queue')} (transport_id, delivery_id)
     WHERE requested = 'MANUAL'`,

  `CREATE TABLE ${table('webhook_delivery')} (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL,
    transport_id INTEGER NOT NULL,
    webhook_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    tenant_id INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    duration_ms INTEGER,
    response_status_code INTEGER,
    status TEXT NOT NULL,
    reason TEXT,
    trigger TEXT,
    error_code TEXT,
    error_message TEXT,
    response_headers TEXT,
    response_body TEXT
  )`,
  // SQLite adds the id, which is the rowid, to each index.
  `CREATE INDEX webhook_delivery_tenant ON ${table('webhook_delivery')} (tenant_id, status)`,
  `CREATE INDEX webhook_delivery_transport ON ${table('webhook_delivery')} (transport_id)`,
  `CREATE INDEX webhook_delivery_event ON ${table('webhook_delivery')} (event_id)`,

  `CREATE TABLE ${table('webhook_lane')} (
    transport_id INTEGER PRIMARY KEY,
    tenant_uid TEXT NOT NULL,
    due_at INTEGER,
    holder TEXT,
    lease_until INTEGER NOT NULL DEFAULT 0,
    lease_token INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0,
    suspended INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER NOT NULL DEFAULT 0,
    scan_from INTEGER NOT NULL DEFAULT -1,
    crashes INTEGER NOT NULL DEFAULT 0,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    rate_used INTEGER NOT NULL DEFAULT 0,
    rate_used_until INTEGER NOT NULL DEFAULT 0,
    requests_version INTEGER NOT NULL DEFAULT 0
  )`,
  `CREATE INDEX webhook_lane_due ON ${table('webhook_lane')} (due_at, transport_id) WHERE due_at IS NOT NULL`,

  `CREATE TABLE ${table('webhook_throttle')} (subject TEXT NOT NULL PRIMARY KEY, free_at INTEGER NOT NULL) WITHOUT ROWID`,

  `CREATE TABLE ${table('webhook_attempt')} (
    delivery_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    response_status_code INTEGER,
    response_headers TEXT,
    response_body TEXT,
    error_code TEXT,
    error_message TEXT,
    trigger TEXT NOT NULL,
    orphaned INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, number, started_at)
  ) WITHOUT ROWID`,

  `CREATE TABLE ${table('webhook_statistic_fact')} (id INTEGER PRIMARY KEY AUTOINCREMENT, facts TEXT NOT NULL)`,

  `CREATE TABLE ${table('webhook_statistic')} (
    tenant_id INTEGER NOT NULL,
    granularity INTEGER NOT NULL,
    transport_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    action TEXT NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    retried INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    attempts TEXT NOT NULL,
    deliveries TEXT NOT NULL,
    PRIMARY KEY (tenant_id, granularity, transport_id, start, action)
  ) WITHOUT ROWID`,
  `CREATE INDEX webhook_statistic_start ON ${table('webhook_statistic')} (granularity, start)`,

  `CREATE TABLE ${table('webhook_queue_depth')} (
    tenant_id INTEGER NOT NULL,
    transport_id INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, transport_id)
  ) WITHOUT ROWID`,

  `CREATE TABLE ${table('webhook_audit')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    actor TEXT,
    kind TEXT NOT NULL,
    http_transport_uid TEXT NOT NULL,
    webhook_uid TEXT,
    changes TEXT NOT NULL
  )`,
  `CREATE INDEX webhook_audit_tenant ON ${table('webhook_audit')} (tenant_uid)`,

  `CREATE TABLE ${table('webhook_recovery')} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_uid TEXT NOT NULL,
    transport_id INTEGER NOT NULL,
    http_transport_uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    statuses TEXT NOT NULL,
    actions TEXT,
    webhook_id INTEGER,
    webhook_uid TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    phase TEXT,
    cursor_id INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    requeued INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    payload_gone INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    due_at INTEGER NOT NULL,
    holder TEXT,
    lease_token INTEGER NOT NULL DEFAULT 0
  )`,
  `CREATE UNIQUE INDEX webhook_recovery_active ON ${table('webhook_recovery')} (transport_id)
     WHERE state IN ('QUEUED', 'RUNNING')`,
  `CREATE INDEX webhook_recovery_due ON ${table('webhook_recovery')} (due_at) WHERE phase IS NOT NULL`,
  `CREATE INDEX webhook_recovery_list ON ${table('webhook_recovery')} (tenant_uid, id)`,
  `CREATE INDEX webhook_recovery_ended ON ${table('webhook_recovery')} (finished_at) WHERE phase IS NULL`,

  `CREATE TABLE ${table('webhook_recovery_item')} (
    recovery_id INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    PRIMARY KEY (recovery_id, event_id)
  ) WITHOUT ROWID`,
  `CREATE INDEX webhook_queue_recovery ON ${table('webhook_queue')} (transport_id, due_at, delivery_id)
     WHERE requested = 'RECOVERY'`,
  `CREATE TABLE ${table('webhook_portal_link')} (
    link_uid TEXT PRIMARY KEY,
    tenant_uid TEXT NOT NULL,
    created_by TEXT,
    read_only INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    token_hash TEXT CONSTRAINT webhook_portal_link_token UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    opened_at INTEGER,
    revoked_at INTEGER
  )`,
  `CREATE INDEX webhook_portal_link_tenant ON ${table('webhook_portal_link')} (tenant_uid, created_at)`,
];
