import { isActor } from '../../domain/audit.js';

/**
 * Who makes a change, for the audit: `cli:` and the user of the operating system, or `cli` if the user is not known.
 *
 * @param env the environment variables of the process
 */
export function actorOf({ USER, USERNAME }: Readonly<Record<string, string | undefined>>): string {
  const actor = `cli:${USER || USERNAME || ''}`;
  return actor !== 'cli:' && isActor(actor) ? actor : 'cli';
}
