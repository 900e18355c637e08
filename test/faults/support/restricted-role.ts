import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { createMigratedDatabase } from '../../support/databases.js';
import { codeBlocksOf, readPage } from '../../support/markdown.js';
import type { TestDatabase } from '../../support/test-database.js';

/** A PostgreSQL database whose tables belong to one role, while the host connects as another one. */
export interface RestrictedDatabase {
  /** The database with the connection of the host's role. `drop` removes the database and the role. */
  readonly database: TestDatabase;
  /** The host's role, which has the privileges that docs/databases.md lists. */
  readonly role: string;
  /** A connection of the owner, who may change privileges and tables. */
  readonly owner: DataSource;
}

export async function createRestrictedDatabase(): Promise<RestrictedDatabase> {
  const created = await createMigratedDatabase('postgres');
  const owner = await new DataSource(created.options).initialize();
  const role = `tillhook_host_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(8).toString('hex');
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  const { code } = codeBlocksOf(readPage('docs/databases.md')).find(({ language }) => language === 'sql')!;
  await owner.query(code.replaceAll(/\bTO app\b/g, `TO ${role}`));
  const url = Object.assign(new URL(created.url), { username: role, password }).href;
  const drop = async (): Promise<void> => {
    await owner.query(`DROP OWNED BY ${role}`);
    await owner.query(`DROP ROLE ${role}`);
    await owner.destroy();
    await created.drop();
  };
  return { database: { kind: 'postgres', url, options: { type: 'postgres', url }, drop }, role, owner };
}
