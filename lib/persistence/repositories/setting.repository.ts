import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../database.js';
import { statement } from '../statement.js';

/** What a migration wrote once for all processes that share the database. */
@Injectable()
export class SettingRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async read(name: string): Promise<string | undefined> {
    const { sql, parameters } = statement(
      this.database,
      `SELECT value FROM ${this.database.table('webhook_setting')} WHERE name = ?`,
      [name],
    );
    const [row] = await this.database.dataSource.query<{ value: string }[]>(sql, [...parameters]);
    return row?.value;
  }
}
