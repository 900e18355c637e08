// A host that delivers and serves its metrics, for test/monitoring/run.mjs. The SDK is registered before Nest starts.
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { addTransports, startHost } from '../../bench/host.mjs';

const { databaseUrl, receiverUrl, metricsPort, seconds } = JSON.parse(process.argv[2]);
const exporter = new PrometheusExporter({ port: metricsPort, host: '127.0.0.1' });
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));

const PAUSE_MS = 50;
const TENANTS = 3;

const host = await startHost(databaseUrl, { retryScheduleMs: [200] });
await addTransports(host, { count: TENANTS, tenants: TENANTS, urls: [receiverUrl] });
process.send('started');
const endAt = performance.now() + seconds * 1_000;
for (let count = 0; performance.now() < endAt; count += 1) {
  const action = count % 3 === 0 ? 'TILL_OPEN' : 'ORDER_SETTLED';
  await host.emitter.emit(action, { count }, { tenantUid: `t${count % TENANTS}` });
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
await host.close();
process.disconnect();
