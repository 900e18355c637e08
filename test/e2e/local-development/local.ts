// local.ts
import type { EgressOptions, WebhooksOptions } from 'nestjs-tillhook';

const egress: EgressOptions = {
  allowHttp: true,
  allowHosts: ['localhost', 'erp', 'host.docker.internal', '*.svc.cluster.local'],
  allowCidrs: ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Options for the machine of a developer. In production: none of them. */
export const localOptions: WebhooksOptions =
  process.env.NODE_ENV === 'production'
    ? {}
    : {
        egress,
        runMigrations: true,
        retryScheduleMs: [1_000, 2_000, 3_000],
        circuitFailures: 0, // a receiver that was stopped is tried again without a pause
      };
