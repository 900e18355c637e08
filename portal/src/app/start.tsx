import { mount, type Start } from './mount.tsx';
import { Shell } from './shell.tsx';
import { texts } from './texts.ts';

/** Renders the portal of a user who is signed in. */
export async function start(given: Start): Promise<void> {
  mount({ ...given, texts: await texts(given.config), children: <Shell /> });
}
