import pg from 'pg';

/**
 * Makes one large value of a PostgreSQL table unreadable, as a damaged disk would: its chunks vanish from the TOAST table,
 * the row that refers to them stays. PostgreSQL refuses such a DELETE on a TOAST table, so for that moment the table is
 * registered as an ordinary one. VACUUM makes it last: a deleted chunk can be read until it is removed.
 */
export async function damageValue(url: string, table: string, column: string, where: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ chunk: string | null; toast: string }>(
      `SELECT pg_column_toast_chunk_id(${column}) AS chunk, c.reltoastrelid::regclass::text AS toast
       FROM ${table} CROSS JOIN pg_class c WHERE c.oid = '${table}'::regclass AND (${where})`,
    );
    const [row] = rows;
    if (rows.length !== 1 || row!.chunk === null) {
      throw new Error(`One row of ${table} with ${column} out of line: found ${JSON.stringify(rows)}.`);
    }
    const { chunk, toast } = row!;
    const register = (kind: 'r' | 't') =>
      client.query(`UPDATE pg_class SET relkind = '${kind}' WHERE oid = '${toast}'::regclass`);
    await client.query('SET allow_system_table_mods = on');
    await register('r');
    await client.query(`DELETE FROM ${toast} WHERE chunk_id = ${chunk}`);
    await register('t');
    await client.query(`VACUUM ${table}`);
    const read = await client
      .query(`SELECT ${column} FROM ${table} WHERE ${where}`)
      .catch((error: Error) => error);
    if (!(read instanceof Error)) throw new Error(`${table}.${column} can still be read.`);
  } finally {
    await client.end();
  }
}
