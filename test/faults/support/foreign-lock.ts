import pg from 'pg';

/** A transaction of somebody else that locks rows of the module's tables, on PostgreSQL. */
export class ForeignLock {
  private constructor(
    private readonly client: pg.Client,
    /** How many rows it has locked. */
    readonly rows: number,
  ) {}

  /** Locks what the statement selects. */
  static async take(url: string, select: string, parameters: unknown[]): Promise<ForeignLock> {
    const client = new pg.Client({ connectionString: url, application_name: 'foreign' });
    await client.connect();
    await client.query('BEGIN');
    const { rowCount } = await client.query(`${select} FOR UPDATE`, parameters);
    return new ForeignLock(client, rowCount ?? 0);
  }

  async release(): Promise<void> {
    await this.client.query('ROLLBACK');
    await this.client.end();
  }
}
