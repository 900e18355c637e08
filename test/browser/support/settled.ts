import type { Page } from 'playwright-core';

/** Fonts of the package `fonts-dejavu-core`: the same letters on every machine. */
const FONTS = { '--portal-font': 'DejaVu Sans', '--portal-mono': 'DejaVu Sans Mono' };

/**
 * Sets the fonts of a page as a host's theme would. A style sheet of the test would be refused by the page's Content Security
 * Policy.
 *
 * @throws {Error} if the machine lacks them
 */
export async function setFonts(page: Page): Promise<void> {
  const isMissing = await page.evaluate((fonts) => {
    for (const [name, value] of Object.entries(fonts))
      document.documentElement.style.setProperty(name, value);
    const context = document.createElement('canvas').getContext('2d')!;
    const widthIn = (font: string): number => {
      context.font = `40px ${font}`;
      return context.measureText('Webhooks 0123 ✓').width;
    };
    return widthIn('"DejaVu Sans", monospace') === widthIn('"No such font", monospace');
  }, FONTS);
  if (isMissing)
    throw new Error('DejaVu Sans is missing. Install it (Debian: apt-get install fonts-dejavu-core).');
}

/** Waits until nothing on the page is being loaded, and its last state is drawn. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const isLoading = document.querySelector('.loading, [aria-busy="true"]') !== null;
    return (
      !isLoading && [...document.querySelectorAll('.muted')].every(({ textContent }) => textContent !== '…')
    );
  });
  await page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  );
}
