// Makes monitoring/grafana-dashboard.json: `node test/monitoring/dashboard/dashboard.mjs FILE`.
import { writeFileSync } from 'node:fs';
import { LegendDisplayMode, LegendPlacement, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const JOB = 'job=~"$job"';
const RATE = '[$__rate_interval]';

/** Per second. @param by labels @param more further matchers */
const rate = (metric, by, more = '') => `sum by (${by}) (rate(${metric}_total{${JOB}${more}}${RATE}))`;

/** The quantiles of a histogram. */
const quantiles = (metric, more = '') =>
  [0.5, 0.95, 0.99].map((share) => ({
    expr: `histogram_quantile(${share}, sum by (le) (rate(${metric}_bucket{${JOB}${more}}${RATE})))`,
    legend: `p${share * 100}`,
  }));

/** A gauge that all processes report alike. */
const shared = (metric, legend) => ({ expr: `max(${metric}{${JOB}})`, legend });

const ROWS = {
  Overview: [
    panel('Attempts', 'Attempts per second, by outcome.', 'reqps', [
      { expr: rate('tillhook_attempts', 'tillhook_outcome'), legend: '{{tillhook_outcome}}' },
    ]),
    panel(
      'Oldest waiting',
      'Waiting time of the oldest event in the outbox, of the oldest due delivery, and of the transport that has waited longest for a process.',
      's',
      [
        shared('tillhook_outbox_oldest_age', 'event'),
        shared('tillhook_queue_oldest_due_age', 'due delivery'),
        shared('tillhook_queue_unclaimed_age', 'transport without a process'),
      ],
    ),
    panel('Health', 'Number of processes with each status.', 'short', [
      {
        expr: `sum by (tillhook_health_status) (tillhook_health{${JOB}})`,
        legend: '{{tillhook_health_status}}',
      },
    ]),
  ],
  Events: [
    panel('Emitted events', 'Events per second, by action.', 'ops', [
      {
        expr: rate('messaging_client_sent_messages', 'messaging_destination_name'),
        legend: '{{messaging_destination_name}}',
      },
    ]),
    panel(
      'Duration of an emit',
      'Duration of the INSERT.',
      's',
      quantiles('messaging_client_operation_duration'),
    ),
    panel('Outbox', 'Events that wait for fan-out; at most 1,000 are counted.', 'short', [
      shared('tillhook_outbox_depth', 'events'),
    ]),
    panel(
      'Fan-out lag',
      'Time from the emit until the deliveries exist.',
      's',
      quantiles('tillhook_fanout_lag'),
    ),
    panel(
      'Created deliveries',
      'Deliveries per second that fan-out has put into the queue or recorded as MISSED.',
      'ops',
      [{ expr: rate('tillhook_fanout_deliveries', 'tillhook_outcome'), legend: '{{tillhook_outcome}}' }],
    ),
    panel(
      'Duration of fan-out',
      'Duration of a transaction of fan-out.',
      's',
      quantiles('tillhook_fanout_duration'),
    ),
  ],
  Deliveries: [
    panel(
      'Time to deliver',
      'Time from the emit until the attempt that delivered.',
      's',
      quantiles('tillhook_delivery_duration'),
    ),
    panel(
      'Duration of an attempt',
      'Duration of one attempt. Aborted attempts are left out.',
      's',
      quantiles('tillhook_attempt_duration'),
    ),
    panel(
      'Failed attempts by error',
      'Failed attempts per second, by class of the status code or by error code.',
      'reqps',
      [
        {
          expr: rate('tillhook_attempts', 'error_type', ',tillhook_outcome=~"retry|failed"'),
          legend: '{{error_type}}',
        },
      ],
    ),
    panel(
      'Due deliveries',
      'Due deliveries, including those in flight; at most 10,000 are counted.',
      'short',
      [shared('tillhook_queue_depth', 'deliveries')],
    ),
  ],
  Processes: [
    panel('Requests in flight', 'By process.', 'short', [
      { expr: `sum by (instance) (tillhook_requests_in_flight{${JOB}})`, legend: '{{instance}}' },
    ]),
    panel('Lanes held', 'By process.', 'short', [
      { expr: `sum by (instance) (tillhook_lanes_held{${JOB}})`, legend: '{{instance}}' },
    ]),
    panel('Failing stages', 'How long a stage of a worker has failed.', 's', [
      {
        expr: `max by (instance, tillhook_stage) (tillhook_worker_failing{${JOB}})`,
        legend: '{{instance}} {{tillhook_stage}}',
      },
    ]),
  ],
};

/** @param queries each with `expr` and `legend` */
function panel(title, description, unit, queries) {
  const legend = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
  const built = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .datasource(SOURCE)
    .legend(legend)
    .showPoints(VisibilityMode.Never)
    .span(8)
    .height(8);
  for (const [index, { expr, legend: name }] of queries.entries()) {
    built.withTarget(
      new DataqueryBuilder()
        .datasource(SOURCE)
        .refId(String.fromCharCode(65 + index))
        .expr(expr)
        .legendFormat(name)
        .range(),
    );
  }
  return built;
}

const dashboard = new DashboardBuilder('Webhooks (nestjs-tillhook)')
  .uid('nestjs-tillhook')
  .description(
    'Events, deliveries and processes of nestjs-tillhook. docs/monitoring.md explains the metrics.',
  )
  .tags(['webhooks', 'nestjs-tillhook'])
  .time({ from: 'now-6h', to: 'now' })
  .refresh('30s')
  .timezone('browser')
  .tooltip(DashboardCursorSync.Crosshair)
  .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
  .withVariable(
    new QueryVariableBuilder('job')
      .label('Job')
      .datasource(SOURCE)
      .query('label_values(tillhook_health, job)')
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .includeAll(true)
      .allValue('.*')
      .current({ selected: true, text: 'All', value: '$__all' }),
  );
for (const [title, panels] of Object.entries(ROWS)) {
  dashboard.withRow(new RowBuilder(title));
  for (const one of panels) dashboard.withPanel(one);
}
writeFileSync(process.argv[2], `${JSON.stringify(dashboard.build(), null, 2)}\n`);
