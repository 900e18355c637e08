/**
 * The error for a migration that reads the database. Such a migration runs different statements on different databases, so no
 * script can contain them.
 *
 * @param migration name of the migration
 * @param read the statement or the call that reads the database
 */
export const readingError = (migration: string, read: string): Error =>
  new Error(
    `Migration ${migration} reads the database and cannot be printed: ${read.slice(0, 200)}. ` +
      'Apply it with `await runWebhookMigrations(dataSource)`.',
  );

/**
 * The result of a statement that was recorded and not run. A migration may ignore the result; every access to it throws.
 *
 * @param migration name of the migration that runs the statement
 * @param sql the statement
 */
export function unreadableResult(migration: string, sql: string): Promise<never> {
  const refuse = (): never => {
    throw readingError(migration, sql);
  };
  const result: unknown = new Proxy([], {
    // If a promise resolves with an object, the promise itself reads the property `then` of the object.
    get: (_, name) => (name === 'then' ? undefined : refuse()),
    has: refuse,
    ownKeys: refuse,
  });
  return Promise.resolve(result as never);
}
