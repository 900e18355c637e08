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
 * @param source FROM item, with its condition
 */
export const noteFacts = (table: string, columns: FactColumns, source: string): string => {
  const { tenantId, transportId, eventId, kind, durationMs, at } = columns;
  const text = `concat(${tenantId}, ',', ${transportId}, ',', ${eventId}, ',', left(${kind}, 1), ',', ${durationMs}, ',', ${at})`;
  return `INSERT INTO ${table} (facts) SELECT string_agg(${text}, ';') FROM ${source} HAVING count(*) > 0`;
};
