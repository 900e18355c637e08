import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MOST_DIFFERENT, type Difference, type Images } from './images.js';
import { layoutProblems, type Layout } from './layout.js';

const FOLDER = path.resolve('test/browser/baselines');
const LAYOUTS = path.join(FOLDER, 'layouts.json');
/** Where a failed comparison writes its images. */
export const FAILURES = path.resolve('reports/browser');
/** The version of Chromium that drew the baselines, and the boxes of each view. */
interface StoredLayouts {
  chromium: string;
  views: Record<string, Layout>;
}

const isUpdate = process.env['UPDATE_SNAPSHOTS'] === '1';

/**
 * Images and boxes of pages, in the repository. Pixels are compared only if Chromium has the major version that drew the
 * baselines: another one may draw controls and letters differently, which is not a fault of the portal. The boxes are always
 * compared. `UPDATE_SNAPSHOTS=1` writes new baselines.
 */
export class Baselines {
  readonly #stored: StoredLayouts;

  /** @param chromium version of the browser, e.g. `149.0.7827.2` */
  constructor(
    private readonly chromium: string,
    private readonly images: Images,
  ) {
    this.#stored = existsSync(LAYOUTS)
      ? (JSON.parse(readFileSync(LAYOUTS, 'utf8')) as StoredLayouts)
      : { chromium: '', views: {} };
  }

  /** Whether the pixels are compared. */
  get comparesPixels(): boolean {
    return isUpdate || majorOf(this.chromium) === majorOf(this.#stored.chromium);
  }

  /**
   * Compares a view with its baseline, or replaces the baseline.
   *
   * @param name of the view with theme and width, e.g. `overview-dark-360`
   * @returns what is wrong, one line each
   */
  async check(name: string, screenshot: Buffer, layout: Layout): Promise<string[]> {
    const file = path.join(FOLDER, `${name}.png`);
    if (isUpdate) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, await this.images.reduce(screenshot));
      this.#stored.views[name] = layout;
      return [];
    }
    const stored = this.#stored.views[name];
    if (!stored || !existsSync(file)) return [`${name}: no baseline. Write it with UPDATE_SNAPSHOTS=1.`];
    const problems = layoutProblems(stored, layout).map((problem) => `${name}: ${problem}`);
    if (!this.comparesPixels) return problems;
    const difference = await this.images.compare(readFileSync(file), screenshot);
    if (difference.share <= MOST_DIFFERENT) return problems;
    return [...problems, failureOf(name, screenshot, difference)];
  }

  /** Writes the boxes of new baselines. Call it once, after all checks. */
  save(): void {
    if (!isUpdate) return;
    const views = Object.fromEntries(Object.entries(this.#stored.views).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(LAYOUTS, `${JSON.stringify({ chromium: this.chromium, views }, null, 1)}\n`);
  }
}

const majorOf = (version: string): string => version.split('.', 1)[0]!;

/** Keeps the images of a failure for its investigation. */
function failureOf(name: string, screenshot: Buffer, { share, image }: Difference): string {
  mkdirSync(FAILURES, { recursive: true });
  writeFileSync(path.join(FAILURES, `${name}.png`), screenshot);
  const file = path.join(FAILURES, `${name}-difference.png`);
  writeFileSync(file, image);
  const [is, allowed] = [share, MOST_DIFFERENT].map((value) => `${(value * 100).toFixed(2)} %`);
  return `${name}: ${is} of the pixels differ, ${allowed} may. See ${path.relative('', file)}.`;
}
