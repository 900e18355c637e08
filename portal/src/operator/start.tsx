import { mount, type Start } from '../app/mount.tsx';
import { texts } from '../app/texts.ts';
import { Console } from './console.tsx';
import { OPERATOR_MESSAGES } from './messages.ts';

/** Renders the operator console for somebody who is signed in at the host. */
export async function startConsole(given: Start): Promise<void> {
  mount({
    ...given,
    texts: await texts(given.config, OPERATOR_MESSAGES),
    isOfAllTenants: true,
    children: <Console />,
  });
}
