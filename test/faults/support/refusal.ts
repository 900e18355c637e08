import type { TestDatabase } from '../../support/test-database.js';
import type { Scene } from './scene.js';

/** A kind of change to refuse, and the column that selects the rows: `webhook_queue`, `DELETE`, `delivery_id`. */
export type RefusedChange = readonly [table: string, on: 'INSERT' | 'UPDATE' | 'DELETE', column: string];

const POSTGRES_FUNCTION = `CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF coalesce(to_jsonb(new), to_jsonb(old)) ->> TG_ARGV[0] = TG_ARGV[1] THEN
      RAISE EXCEPTION 'refused by a trigger of the test';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN old; END IF;
    RETURN new;
  END $$`;

const trigger = ([table, on, column]: RefusedChange, value: number, kind: TestDatabase['kind']): string => {
  const start = `CREATE TRIGGER ${nameOf(table, on)} BEFORE ${on} ON ${table} FOR EACH ROW`;
  if (kind === 'postgres') return `${start} EXECUTE FUNCTION refuse_change('${column}', '${value}')`;
  const row = on === 'DELETE' ? 'old' : 'new';
  return `${start} WHEN ${row}.${column} = ${value} BEGIN SELECT RAISE(ABORT, 'refused by a trigger of the test'); END`;
};

const nameOf = (table: string, on: string): string => `refuse_${on.toLowerCase()}_${table}`;

/** Triggers that refuse changes of rows in which one column has one value. */
export class Refusal {
  private constructor(
    private readonly scene: Scene,
    private readonly changes: readonly RefusedChange[],
  ) {}

  static async begin(scene: Scene, changes: readonly RefusedChange[], value: number): Promise<Refusal> {
    const { kind } = scene.database;
    if (kind === 'postgres') await scene.host.dataSource.query(POSTGRES_FUNCTION);
    for (const change of changes) await scene.host.dataSource.query(trigger(change, value, kind));
    return new Refusal(scene, changes);
  }

  /** Removes the triggers. */
  async end(): Promise<void> {
    const isPostgres = this.scene.database.kind === 'postgres';
    for (const [table, on] of this.changes) {
      await this.scene.host.dataSource.query(
        `DROP TRIGGER ${nameOf(table, on)}${isPostgres ? ` ON ${table}` : ''}`,
      );
    }
  }
}
