import type { DataSource } from 'typeorm';

/** From the next connection on, PostgreSQL logs how long each statement takes. Needs a superuser. */
export async function logStatementTimes(dataSource: DataSource): Promise<void> {
  const [{ name }] = await dataSource.query<[{ name: string }]>('SELECT current_database() AS name');
  await dataSource.query(`ALTER DATABASE "${name}" SET log_min_duration_statement = 0`);
}

/**
 * Returns the times in ms of all statements that match and were logged after the first `since` characters of the log.
 * Requires a cluster of `startPostgres`, which writes its log next to its data folder.
 */
export async function statementTimes(
  dataSource: DataSource,
  statement: RegExp,
  since: number,
): Promise<number[]> {
  // An entry begins with its time; lines of the statement that follow are indented.
  const entries = (await serverLog(dataSource)).slice(since).split(/\n(?=\d{4}-)/);
  return entries.flatMap((entry) => {
    const match = /duration: ([\d.]+) ms +(?:execute [^:]*|statement): ([^]*)/.exec(entry);
    return match && statement.test(match[2]!) ? [Number(match[1])] : [];
  });
}

export async function serverLog(dataSource: DataSource): Promise<string> {
  const [{ log }] = await dataSource.query<[{ log: string }]>(
    `SELECT pg_read_file(current_setting('data_directory') || '/../server.log') AS log`,
  );
  return log;
}
