import type { ObjectLiteral, QueryBuilder } from 'typeorm';
import type { Database, Statement } from '../ports/database.js';
import { DIALECTS } from './dialect.js';

/** A handwritten statement: `?` stands for each parameter, in order, on every database. The text must contain no other question mark. */
export function statement(database: Database, sql: string, parameters: readonly unknown[]): Statement {
  const { placeholder } = DIALECTS[database.kind];
  let position = 0;
  return { sql: sql.replaceAll('?', () => placeholder((position += 1))), parameters };
}

/** The statement that a TypeORM query builder would run. */
export function built<Entity extends ObjectLiteral>(builder: QueryBuilder<Entity>): Statement {
  const [sql, parameters] = builder.getQueryAndParameters();
  return { sql, parameters };
}
