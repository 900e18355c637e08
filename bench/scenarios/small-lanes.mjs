// The rate with many transports that have five due deliveries each, compared with eight large lanes in the same process.
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'many small lanes';

const EACH = 5;

export async function run({ databaseUrl, sinkUrls, size }) {
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, urls: sinkUrls, prefix: 'large' });
  const lanes = Math.ceil(20_000 * size);
  await addTransports(host, { count: lanes, tenants: 20, urls: sinkUrls, prefix: 'small' });

  const drain = async (events, prefix, tenants, chunk) => {
    host.worker.setDeliveryEnabled(false);
    await emit(host, { count: events, tenants, prefix, chunk });
    await drained(host, 'outbox');
    host.worker.setDeliveryEnabled(true);
    return timed(() => drained(host, 'queue'));
  };
  await drain(4_000, 'large', 8, 50);
  const count = lanes * EACH;
  const large = count / (await drain(count, 'large', 8, 50));
  // Each of a tenant's events goes to all of its transports.
  const small = count / (await drain(20 * EACH, 'small', 20, 1));
  await host.close();
  return [
    {
      measure: `${lanes} lanes x ${EACH}, x the rate of 8 large lanes`,
      value: small / large,
      unit: 'x',
      atLeast: 0.8,
      note: `${Math.round(small)}/s against ${Math.round(large)}/s`,
    },
  ];
}
