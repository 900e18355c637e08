import { QUEUED } from '../sql/facts.js';

/** Expressions of the values of a fact, see `factText`. */
export interface FactColumns {
  readonly tenantId: string;
  readonly transportId: string;
  readonly eventId: string;
  /** The kind; only its first letter is kept. */
  readonly kind: string;
  /** Null: there was no attempt. */
  readonly durationMs: string;
  readonly at: string;
}

/**
 * An INSERT for a CTE that notes the rows of a source as one group of facts. Without rows it inserts nothing.
 *
 * @param table the escaped name of `webhook_statistic_fact`
 * @param source what follows FROM: a table, CTE or subquery, and an optional WHERE
 */
export const noteFacts = (table: string, columns: FactColumns, source: string): string =>
  noteTexts(table, factText(columns), source);

/**
 * The same for rows that were added to the queue: one fact for each transport.
 *
 * @param source table, CTE or subquery with the columns `QUEUED_ROWS`
 */
export const noteQueued = (table: string, source: string): string => `
    INSERT INTO ${table} (facts) SELECT string_agg(fact, ';') FROM (${queuedFacts(source)}) f HAVING count(*) > 0`;

/** The same for deliveries that fan-out has logged as `MISSED` and those that it has added to the queue, in one group. */
export const noteFannedOut = (
  table: string,
  missed: FactColumns,
  missedSource: string,
  queuedSource: string,
): string => `
    INSERT INTO ${table} (facts) SELECT string_agg(fact, ';') FROM (
      SELECT ${factText(missed)} AS fact FROM ${missedSource} UNION ALL ${queuedFacts(queuedSource)}
    ) f HAVING count(*) > 0`;

/** Columns that a source of `noteQueued` returns. */
export const QUEUED_ROWS = 'tenant_id, transport_id';

const noteTexts = (table: string, text: string, source: string): string =>
  `INSERT INTO ${table} (facts) SELECT string_agg(${text}, ';') FROM ${source} HAVING count(*) > 0`;

const factText = ({ tenantId, transportId, eventId, kind, durationMs, at }: FactColumns): string =>
  `concat(${tenantId}, ',', ${transportId}, ',', ${eventId}, ',', left(${kind}, 1), ',', ${durationMs}, ',', ${at})`;

/** See `queueFactText`. */
const queuedFacts = (source: string): string =>
  `SELECT concat(tenant_id, ',', transport_id, ',', count(*), ',${QUEUED}') AS fact FROM ${source} GROUP BY ${QUEUED_ROWS}`;
