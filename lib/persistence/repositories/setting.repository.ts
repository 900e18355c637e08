import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../ports/database.js';
import { statement } from '../sql/statement.js';

/** Settings that all processes share through the database. */
@Injectable()
export class SettingRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async read(name: string): Promise<string | undefined> {
    const { sql, parameters } = statement(this.database, `SELECT value FROM ${this.#table} WHERE name = ?`, [
      name,
    ]);
    const [row] = await this.database.dataSource.query<{ value: string }[]>(sql, [...parameters]);
    return row?.value;
  }

  /**
   * Writes the value unless there is one.
   *
   * @returns the stored value, which may be that of another process
   */
  async writeIfAbsent(name: string, value: string): Promise<string> {
    const present = await this.read(name);
    if (present !== undefined) return present;
    await this.database.write([
      statement(
        this.database,
        `INSERT INTO ${this.#table} (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`,
        [name, value],
      ),
    ]);
    return (await this.read(name)) ?? value;
  }

  async write(name: string, value: string): Promise<void> {
    await this.database.write([
      statement(
        this.database,
        `INSERT INTO ${this.#table} (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
        [name, value],
      ),
    ]);
  }

  /**
   * Writes the value only if the stored one is still the expected one.
   *
   * @param expected undefined: there must be no value
   * @returns whether it was written
   */
  async replace(name: string, expected: string | undefined, value: string): Promise<boolean> {
    const [result] = await this.database.write([
      expected === undefined
        ? statement(
            this.database,
            `INSERT INTO ${this.#table} (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`,
            [name, value],
          )
        : statement(this.database, `UPDATE ${this.#table} SET value = ? WHERE name = ? AND value = ?`, [
            value,
            name,
            expected,
          ]),
    ]);
    return result!.affected > 0;
  }

  get #table(): string {
    return this.database.table('webhook_setting');
  }
}
