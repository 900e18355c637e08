/** Settings of this process, for the line that it logs at start-up. */
export interface StartFacts {
  /** Name of this instance of the module; undefined: it has none. */
  readonly instance: string | undefined;
  /** The database and its schema, such as `PostgreSQL, schema "public"`. */
  readonly database: string;
  /** Undefined: this process neither fans out nor delivers. */
  readonly worker: { readonly concurrency: number; readonly isSending: boolean } | undefined;
  /** Path under which the admin API is mounted, such as `/v2`; '': at the root; undefined: it is not mounted. */
  readonly adminPath: string | undefined;
  readonly allowsHttp: boolean;
  /** Ids of the keys for secrets at rest, beginning with the key that encrypts; undefined: keys are fetched when first needed. */
  readonly keyIds: readonly string[] | undefined;
  /** Undefined: the option is not set. */
  readonly environment: string | undefined;
  readonly wakeUps: 'postgres' | 'redis' | 'none';
  /** How often the process looks for work of other processes while there are no wake-ups, in ms. */
  readonly pollMs: number;
}

/** Describes the settings of this process in one line, without secrets. */
export function describeStart(facts: StartFacts): string {
  const { instance, worker, adminPath, keyIds, environment } = facts;
  const parts = [
    facts.database,
    worker
      ? `worker on, up to ${worker.concurrency} requests at once${worker.isSending ? '' : ', deliveries switched off'}`
      : 'worker off',
    adminPath === undefined ? 'admin API off' : `admin API at ${adminPath}/tenants`,
    facts.allowsHttp ? 'http and https targets' : 'https targets only',
    keyIds === undefined ? 'keys fetched when needed' : keysText(keyIds),
    `environment ${environment === undefined ? 'not set' : JSON.stringify(environment)}`,
    wakeUpsText(facts),
  ];
  const name = instance === undefined ? '' : ` ${JSON.stringify(instance)}`;
  return `Webhooks${name} started: ${parts.join('; ')}.`;
}

const keysText = (ids: readonly string[]): string =>
  ids.length === 0
    ? 'secrets stored in plain text'
    : `secrets encrypted with key ${JSON.stringify(ids[0])}${
        ids.length > 1
          ? `, also decrypted with ${ids
              .slice(1)
              .map((id) => JSON.stringify(id))
              .join(', ')}`
          : ''
      }`;

function wakeUpsText({ wakeUps, pollMs }: StartFacts): string {
  if (wakeUps === 'none') return `no wake-ups between processes, polling every ${pollMs} ms`;
  return `wake-ups by ${wakeUps === 'redis' ? 'Redis' : 'LISTEN and NOTIFY'}`;
}
