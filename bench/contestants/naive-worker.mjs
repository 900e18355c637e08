// A typical first implementation: reads one row, calls fetch, saves the row, and continues with the next one.
import { DataSource, EntitySchema } from 'typeorm';
import { bodyOf } from '../body.mjs';
import { dataSourceOptions } from '../databases.mjs';

const Delivery = new EntitySchema({
  name: 'NaiveDelivery',
  tableName: 'naive_delivery',
  columns: {
    id: { type: Number, primary: true, generated: true },
    status: { type: String },
    body: { type: 'text' },
    attempts: { type: Number, default: 0 },
    statusCode: { type: Number, nullable: true },
  },
  indices: [{ columns: ['status', 'id'] }],
});

const WARM_UP = 200;

/** @returns {Promise<{ count: number, seconds: number }>} number of deliveries that were saved, and their duration */
export async function run({ databaseUrl, sinkUrls, events }) {
  const dataSource = new DataSource({
    ...dataSourceOptions(databaseUrl),
    entities: [Delivery],
    synchronize: true,
  });
  await dataSource.initialize();
  const repository = dataSource.getRepository(Delivery);
  await enqueue(repository, WARM_UP);
  await work(repository, sinkUrls[0]);
  await enqueue(repository, events);
  const start = performance.now();
  await work(repository, sinkUrls[0]);
  const seconds = (performance.now() - start) / 1_000;
  await dataSource.destroy();
  return { count: events, seconds };
}

async function enqueue(repository, count) {
  const rows = Array.from({ length: count }, (_, index) => ({ status: 'PENDING', body: bodyOf(index) }));
  for (let from = 0; from < count; from += 500) await repository.insert(rows.slice(from, from + 500));
}

async function work(repository, sinkUrl) {
  for (;;) {
    const delivery = await repository.findOne({ where: { status: 'PENDING' }, order: { id: 'ASC' } });
    if (!delivery) return;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(sinkUrl, { method: 'POST', headers, body: delivery.body });
    await response.text();
    delivery.attempts += 1;
    delivery.statusCode = response.status;
    delivery.status = response.ok ? 'DELIVERED' : 'PENDING';
    await repository.save(delivery);
  }
}
