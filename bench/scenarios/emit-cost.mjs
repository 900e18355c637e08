// The cost of an emit in a host's transaction, compared with the same transaction with a plain INSERT of a row of that size. The
// two alternate.
import { bodyOf, dataOf } from '../body.mjs';
import { quantile, startHost } from '../host.mjs';

export const title = 'cost of emit in a host transaction';

export async function run({ databaseUrl, size }) {
  const host = await startHost(databaseUrl, { worker: false });
  const { dataSource, emitter } = host;
  const key = dataSource.options.type === 'postgres' ? 'bigserial PRIMARY KEY' : 'INTEGER PRIMARY KEY';
  await dataSource.query(`CREATE TABLE bench_order (id ${key}, total integer NOT NULL)`);
  await dataSource.query(
    `CREATE TABLE bench_event (id ${key}, tenant_uid varchar(64), event_uid varchar(64), action varchar(64), body text)`,
  );
  const mark = (number) => (dataSource.options.type === 'postgres' ? `$${number}` : '?');
  const insert = `INSERT INTO bench_event (tenant_uid, event_uid, action, body) VALUES (${[1, 2, 3, 4].map(mark).join(', ')})`;

  const order = (manager) => manager.query(`INSERT INTO bench_order (total) VALUES (${mark(1)})`, [4_200]);
  const plain = (index) =>
    dataSource.transaction(async (manager) => {
      await order(manager);
      await manager.query(insert, ['t0', `event-${index}`, 'ORDER_SETTLED', bodyOf(index)]);
    });
  const emitting = (index) =>
    dataSource.transaction(async (manager) => {
      await order(manager);
      await emitter.emit('ORDER_SETTLED', dataOf(index), { tenantUid: 't0', manager });
    });

  const times = { plain: [], emitting: [] };
  for (let index = 0; index < Math.ceil(3_000 * size); index += 1) {
    for (const [name, work] of Object.entries({ plain, emitting })) {
      const startedAt = performance.now();
      await work(index);
      if (index >= 200 * size) times[name].push(performance.now() - startedAt);
    }
  }
  await host.close();
  const median = (name) => quantile(times[name], 0.5);
  return [
    {
      measure: 'transaction with emit, x with a plain INSERT (medians)',
      value: median('emitting') / median('plain'),
      unit: 'x',
      atMost: 1.25,
      note: `${median('emitting').toFixed(2)} ms against ${median('plain').toFixed(2)} ms`,
    },
  ];
}
