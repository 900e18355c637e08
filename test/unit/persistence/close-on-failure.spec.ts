import { describe, expect, it } from '@jest/globals';
import { closeOnFailure } from '../../../lib/persistence/connection/close-on-failure.js';

/** A database whose statements fail when it is closed, and which takes a while to close. */
const databaseUnderway = () => {
  let close = (): void => undefined;
  const statement = new Promise<never>((_, reject) => {
    close = () => reject(new Error('Connection terminated'));
  });
  statement.catch(() => undefined);
  const closings: string[] = [];
  return {
    statement,
    closings,
    close: async () => {
      closings.push('close');
      close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
};

describe('A step of the start-up', () => {
  it('returns what it found, and leaves the database open', async () => {
    const database = databaseUnderway();
    await expect(closeOnFailure(database, Promise.resolve('found'))).resolves.toBe('found');
    expect(database.closings).toEqual([]);
  });

  it('closes the database if it fails', async () => {
    const database = databaseUnderway();
    const error = new Error('refused');
    await expect(closeOnFailure(database, Promise.reject(error))).rejects.toBe(error);
    expect(database.closings).toEqual(['close']);
  });

  it('that fails because another one closed the database names the cause of that', async () => {
    const database = databaseUnderway();
    const denied = Object.assign(new Error('permission denied for table webhook_setting'), { code: '42501' });
    const steps = [database.statement, Promise.reject(denied)].map((step) => closeOnFailure(database, step));
    // Nest reports the error of the step that rejects first, whichever that is.
    await expect(Promise.race(steps)).rejects.toMatchObject({ code: 'PERMISSION_DENIED', cause: denied });
    const [first, second] = await Promise.allSettled(steps);
    expect(first).toEqual(second);
  });
});
