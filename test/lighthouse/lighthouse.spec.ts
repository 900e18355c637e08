import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { PortalScene } from '../browser/support/portal-scene.js';
import { seedShop, SHOP, shiftShop } from '../browser/support/seed-shop.js';

const RUNS = 5;
const LEAST_SCORE = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const METRICS = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'speed-index',
  'total-blocking-time',
  'cumulative-layout-shift',
  'interactive',
] as const;
const CLI = path.resolve('test/lighthouse/node_modules/lighthouse/cli/index.js');

/** The parts of a report that are read. */
interface Report {
  readonly categories: Readonly<Record<string, { score: number; auditRefs: readonly { id: string }[] }>>;
  readonly audits: Readonly<
    Record<string, { score: number | null; scoreDisplayMode: string; numericValue?: number; title: string }>
  >;
}

/** Loads a page in a new browser. The host of the page runs in this process, so it must not wait for the other one. */
async function reportOf(url: string): Promise<Report> {
  const args = [
    CLI,
    url,
    '--preset=desktop',
    '--output=json',
    '--quiet',
    `--only-categories=${CATEGORIES.join(',')}`,
    '--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage',
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, CHROME_PATH: chromiumPath() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Report;
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;

let scene: PortalScene;
beforeAll(async () => {
  scene = await PortalScene.start('express', { portal: true, worker: false });
  await seedShop(scene.host);
  await shiftShop(scene.host);
}, 60_000);
afterAll(() => scene?.close());

describe('the overview, opened by a link on a desktop', () => {
  it(`has a median of at least ${LEAST_SCORE} for performance and accessibility in ${RUNS} runs`, async () => {
    const reports: Report[] = [];
    // A link works once.
    for (let run = 0; run < RUNS; run += 1) reports.push(await reportOf(await scene.linkOf(SHOP)));
    const scores = Object.fromEntries(
      CATEGORIES.map((name) => [
        name,
        reports.map(({ categories }) => Math.round(categories[name]!.score * 100)),
      ]),
    );
    const metrics = Object.fromEntries(
      METRICS.map((name) => [
        name,
        medianOf(reports.map(({ audits }) => audits[name]!.numericValue!)).toFixed(
          name.endsWith('shift') ? 3 : 0,
        ),
      ]),
    );
    const failed = Object.entries(reports[0]!.audits)
      .filter(
        ([, { score, scoreDisplayMode }]) =>
          scoreDisplayMode !== 'informative' && score !== null && score < 0.9,
      )
      .map(([id, { title }]) => `${id}: ${title}`);
    console.log(JSON.stringify({ scores, metrics, failed }, null, 2));
    for (const name of ['performance', 'accessibility'])
      expect(medianOf(scores[name]!)).toBeGreaterThanOrEqual(LEAST_SCORE);
  }, 600_000);
});
