import { WebhooksError } from './webhooks-error.js';

/**
 * The host's connection to its SQLite file and the module's connection belong to two copies of SQLite in one process. Such
 * copies do not see each other's locks, which loses writes and damages the file. Thrown at start-up, and by `emit` before
 * anything is written.
 */
export class SecondSqliteError extends WebhooksError {
  /**
   * @param subject the user of the other copy, e.g. `The Knex transaction passed to emit`
   * @param files the native files of SQLite that the process has loaded, as far as they are known
   */
  constructor(
    subject: string,
    readonly files: readonly string[],
  ) {
    const loaded = files.length > 0 ? files.join(' and ') : 'no native file that the process reports';
    const hidden = files.length < 2 ? ' (another copy may be part of the runtime or of a bundle)' : '';
    super(
      'SECOND_SQLITE',
      `${subject} runs on another copy of SQLite than the module, and the two do not see each other's locks, which loses writes and damages the file. ` +
        `Loaded: ${loaded}${hidden}. Make all use one copy of better-sqlite3: "npm ls better-sqlite3" shows who brings another one; ` +
        'run "npm dedupe", or give all of them one version by "overrides" in package.json.',
    );
  }
}
