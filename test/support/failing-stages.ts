import type { WebhooksHealthReport } from 'nestjs-tillhook';
import type { DatabaseKind } from './test-database.js';

export type Stage = keyof WebhooksHealthReport['worker']['rounds'];

/** Makes the rounds of a stage fail. */
export interface StageFailure {
  readonly kind: DatabaseKind;
  readonly stage: Stage;
  /** The statement that begins the failure. The owner of the tables runs it; `app_role` stands for the role of the worker. */
  readonly begin: string;
  /** The statement that ends the failure. */
  readonly end: string;
  /** Matches the error that the worker reports. */
  readonly says: RegExp;
}

const onSqlite = (stage: Stage, event: string): StageFailure => ({
  kind: 'sqlite',
  stage,
  begin: `CREATE TRIGGER refuse BEFORE ${event} BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`,
  end: 'DROP TRIGGER refuse',
  says: /refused by a trigger/,
});
const onPostgres = (stage: Stage, privileges: string, table: string): StageFailure => ({
  kind: 'postgres',
  stage,
  begin: `REVOKE ${privileges} ON ${table} FROM app_role`,
  end: `GRANT ${privileges} ON ${table} TO app_role`,
  says: /permission denied for table \w+ \(42501\)/,
});

export const STAGE_FAILURES: readonly StageFailure[] = [
  onSqlite('fanOut', 'INSERT ON webhook_queue'),
  onSqlite('claim', 'UPDATE OF holder ON webhook_lane WHEN new.holder IS NOT NULL'),
  onSqlite('record', 'INSERT ON webhook_delivery'),
  onPostgres('fanOut', 'INSERT', 'webhook_queue'),
  onPostgres('claim', 'UPDATE', 'webhook_lane'),
  onPostgres('read', 'SELECT', 'webhook_queue'),
  onPostgres('record', 'DELETE', 'webhook_queue'),
];
