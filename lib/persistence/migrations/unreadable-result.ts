/**
 * A migration that reads the database would run different statements on different databases, so no script can contain them.
 *
 * @param migration its name
 * @param read the statement or the call
 */
export const readingError = (migration: string, read: string): Error =>
  new Error(
    `Migration ${migration} reads the database and cannot be printed: ${read.slice(0, 200)}. ` +
      'Apply it with `await runWebhookMigrations(dataSource)`.',
  );

/**
 * The result of a statement that was recorded and not run. A migration may ignore it; every access throws.
 *
 * @param migration name of the migration that runs the statement
 */
export function unreadableResult(migration: string, sql: string): Promise<never> {
  const refuse = (): never => {
    throw readingError(migration, sql);
  };
  const result: unknown = new Proxy([], {
    // A promise that resolves with an object checks whether it has a `then`.
    get: (_, name) => (name === 'then' ? undefined : refuse()),
    has: refuse,
    ownKeys: refuse,
  });
  return Promise.resolve(result as never);
}
