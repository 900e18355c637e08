import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { DatabaseAddress } from '../../../lib/persistence/connection/database-address.js';
import { AddressedDatabase } from '../../../lib/persistence/connection/host-data-source.js';

const POSTGRES = 'postgres://app:hunter2@db.example/shop';
const optionsOf = (url: string, schema?: string) => new DatabaseAddress({ url, schema }).toOptions();

describe('The address of a database', () => {
  it.each([POSTGRES, POSTGRES.replace('postgres:', 'postgresql:'), `${POSTGRES}?sslmode=require`])(
    'leads to PostgreSQL: %s',
    (url) => {
      expect(optionsOf(url)).toEqual({ type: 'postgres', url });
    },
  );

  it.each([
    ['sqlite:./webhooks.db', './webhooks.db'],
    ['sqlite:webhooks.db', 'webhooks.db'],
    ['sqlite:../data/my shop.sqlite', '../data/my shop.sqlite'],
    ['sqlite:/var/lib/shop/webhooks.db', '/var/lib/shop/webhooks.db'],
    ['sqlite:C:\\data\\webhooks.db', 'C:\\data\\webhooks.db'],
  ])('leads to a SQLite file: %s', (url, database) => {
    expect(optionsOf(url)).toEqual({ type: 'better-sqlite3', database });
  });

  it.each([
    ['sqlite:', /name a file/],
    ['sqlite:./data/', /name a file/],
    ['sqlite:file:webhooks.db', /name a file/],
    ['sqlite://webhooks.db', /must not begin with "\/\/".*sqlite:\/absolute/],
    ['sqlite:///var/lib/webhooks.db', /must not begin with "\/\/"/],
    ['sqlite:./webhooks.db?mode=ro', /must not contain/],
    ['sqlite:./my%20shop.db', /must not contain/],
    ['sqlite:./webhooks.db\n', /must not contain/],
    ['sqlite: webhooks.db', /must not contain/],
    ['SQLITE:./webhooks.db', /set an address like/],
    ['file:./webhooks.db', /sqlite:\.\/webhooks\.db/],
    ['./webhooks.db', /set an address like/],
    ['', /set an address like/],
    ['mysql://app:hunter2@db.example/shop', /"mysql:" is not supported/],
    ['postgres://app:hunter2@db.example', /name of the database/],
  ])('is refused: %j', (url, message) => {
    expect(() => new DatabaseAddress({ url })).toThrow(message);
    expect(() => new DatabaseAddress({ url })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'database.url' }),
    );
    expect(() => new DatabaseAddress({ url })).not.toThrow(/hunter2/);
  });

  it.each([
    [POSTGRES, 'shop'],
    [`${POSTGRES}?schema=shop`, undefined],
    [`${POSTGRES}?schema=shop&sslmode=require`, 'shop'],
  ])('names the schema by the option or by its parameter: %s, %s', (url, schema) => {
    expect(optionsOf(url, schema)).toEqual({ type: 'postgres', url, schema: 'shop' });
  });

  it.each([
    [`${POSTGRES}?schema=till`, 'shop', /'shop'.*"schema" of database\.url says "till"/s],
    [`${POSTGRES}?schema=till&schema=shop`, undefined, /'till'.*"shop"/],
    [`${POSTGRES}?schema=`, undefined, /name of a schema/],
    ['sqlite:./webhooks.db', 'shop', /SQLite file, which has no schemas/],
    [POSTGRES, '', /name of a schema/],
    [POSTGRES, 'ä'.repeat(32), /1 to 63 bytes/],
    [POSTGRES, 'till"; DROP SCHEMA shop', /without quotation marks/],
    [POSTGRES, 'shop.till', /full stops/],
  ])('is refused with that schema: %s, %j', (url, schema, message) => {
    expect(() => optionsOf(url, schema)).toThrow(message);
    expect(() => optionsOf(url, schema)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'database.schema' }),
    );
    expect(() => optionsOf(url, schema)).not.toThrow(/hunter2/);
  });

  it('shows its password nowhere', () => {
    const database = new AddressedDatabase(new DatabaseAddress({ url: POSTGRES }));
    expect(database.options).toMatchObject({ url: POSTGRES });
    expect(inspect(database, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify(database)).not.toContain('hunter2');
  });
});
