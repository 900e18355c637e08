import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';
import { postgresOptions, type PostgresOptions } from '../../../lib/persistence/postgres/postgres-options.js';

const HOST: PostgresOptions = { type: 'postgres', host: 'db.example', ssl: true };

describe("the options of the module's own data source", () => {
  it('lead to the master of a replicated database', () => {
    const replication = { master: { host: 'master.example' }, slaves: [{ host: 'replica.example' }] };
    expect(postgresOptions({ ...HOST, replication }, 10)).toMatchObject({
      host: 'master.example',
      replication: undefined,
      ssl: true,
      poolSize: 10,
    });
  });

  it('replace the address by a direct one, and keep TLS', () => {
    const url = 'postgres://direct.example/pos';
    expect(postgresOptions(HOST, 10, url)).toMatchObject({ url, host: undefined, ssl: true });
    expect(() => postgresOptions(HOST, 10, 'sqlite:./pos.db')).toThrow(InvalidOptionError);
  });
});
