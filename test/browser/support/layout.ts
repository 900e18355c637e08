import type { Page } from 'playwright-core';

/** Position and size of a part in CSS pixels, rounded: left, top, width, height. */
export type Box = readonly [left: number, top: number, width: number, height: number];

/** The boxes of the parts that a view has. */
export type Layout = Readonly<Record<string, Box>>;

/** The measured parts: the first element of each kind. */
const PARTS = {
  header: '.shell-header',
  navigation: '.shell-nav',
  main: 'main',
  heading: 'h1',
  notice: '.notice',
  figures: '.figures',
  plot: '.plot',
  filters: '.filter-box',
  table: 'main .table thead',
  list: '.stories',
  facts: '.facts',
  form: 'main form:not(.filters)',
  dialog: 'dialog',
} as const;

/**
 * How far an edge may be from where it was, in CSS pixels. It allows for the different height of lines and controls in another
 * version of Chromium. A lost column, a wrapped navigation or a changed padding of the page moves edges further.
 */
const TOLERANCE_PX = 10;

/** Measures the parts of a page. */
export const layoutOf = (page: Page): Promise<Layout> =>
  page.evaluate((parts) => {
    const boxes: Record<string, [number, number, number, number]> = {};
    for (const [name, selector] of Object.entries(parts)) {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      if (box)
        boxes[name] = [
          Math.round(box.left),
          Math.round(box.top),
          Math.round(box.width),
          Math.round(box.height),
        ];
    }
    return boxes;
  }, PARTS);

/** How a layout differs from the expected one. The height is not compared: it adds up the small differences of all lines. */
export function layoutProblems(expected: Layout, actual: Layout): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => {
    const [before, after] = [expected[name], actual[name]];
    if (!before || !after) return [`${name} ${before ? 'is missing' : 'is new'}`];
    const isNear = [0, 1, 2].every((edge) => Math.abs(before[edge]! - after[edge]!) <= TOLERANCE_PX);
    return isNear ? [] : [`${name} was at ${before.join(', ')} and is at ${after.join(', ')}`];
  });
}

/** Pixels by which the page is wider than the window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
