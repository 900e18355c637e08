// The growth of memory during a long drain, and the rate of a drain while another transaction keeps a snapshot open.
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'a long drain: memory, and a snapshot held open';

export async function run({ databaseUrl, sinkUrls, size, database }) {
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, urls: sinkUrls });
  const drain = async (count) => {
    host.worker.setDeliveryEnabled(false);
    for (let left = count; left > 0; left -= 20_000)
      await emit(host, { count: Math.min(left, 20_000), tenants: 8 });
    await drained(host, 'outbox');
    let most = 0;
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 100);
    host.worker.setDeliveryEnabled(true);
    const seconds = await timed(() => drained(host, 'queue'));
    clearInterval(watch);
    return { seconds, growthMiB: (most - before) / 2 ** 20 };
  };
  const count = Math.ceil(1_000_000 * size);
  await drain(Math.ceil(count / 10));
  const plain = await drain(count);
  const results = [
    { measure: `growth of memory while draining ${count}`, value: plain.growthMiB, unit: 'MiB', atMost: 100 },
  ];
  if (database === 'postgres') {
    const report = host.dataSource.createQueryRunner();
    await report.startTransaction('REPEATABLE READ');
    await report.query('SELECT count(*) FROM webhook_http_transport');
    const held = await drain(count);
    await report.rollbackTransaction();
    await report.release();
    results.push({
      measure: `drain of ${count} under an open snapshot, x the same without`,
      value: plain.seconds / held.seconds,
      unit: 'x',
      atLeast: 0.8,
    });
  }
  await host.close();
  return results;
}
