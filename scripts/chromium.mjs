// Finds the browser for the tests of the portal.
import { existsSync } from 'node:fs';

/** Paths at which Debian and other systems install Chromium. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The program of the browser. The environment variable CHROMIUM names another one. */
export function chromiumPath() {
  const given = process.env.CHROMIUM;
  const found = (given === undefined ? PLACES : [given]).find((place) => existsSync(place));
  if (found) return found;
  const problem = given === undefined ? 'No Chromium was found.' : `CHROMIUM names no file: ${given}.`;
  throw new Error(
    `${problem} Install it with a font (Debian: apt-get install chromium fonts-dejavu-core), or set CHROMIUM to its path.`,
  );
}
