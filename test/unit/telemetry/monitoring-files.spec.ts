import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { GAUGES, METRICS } from '../../../lib/telemetry/metrics.js';

const alerts = readFileSync('monitoring/alerts.yml', 'utf8');
const dashboard = readFileSync('monitoring/grafana-dashboard.json', 'utf8');
const page = readFileSync('docs/monitoring.md', 'utf8');

/** The names that Prometheus gets: counters end in `_total`, histograms have several series. */
const exported = new Set(
  [...Object.values(METRICS), ...Object.values(GAUGES)].flatMap(({ name }) => {
    const text = name.replaceAll('.', '_');
    return [text, `${text}_total`, `${text}_bucket`];
  }),
);

describe('the files of monitoring/', () => {
  it('query only metrics that the module exports', () => {
    const queried = `${alerts}\n${dashboard}`.matchAll(/\b((?:tillhook|messaging_client)_\w+)\{/g);
    const names = [...new Set([...queried].map(([, name]) => name!))];
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('have no alert without an explanation, and each explanation has the severity of its alert', () => {
    const declared = [...alerts.matchAll(/- alert: (\w+)[\s\S]*?severity: (\w+)/g)];
    const documented = [...page.matchAll(/^\| `(Tillhook\w+)` +\| (\w+)/gm)];
    const shown = (found: RegExpMatchArray[]): string[] =>
      found.map(([, name, severity]) => `${name} ${severity}`);
    expect(declared.length).toBeGreaterThan(5);
    expect(shown(documented).sort()).toEqual(shown(declared).sort());
  });
});
