import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { inboxTable } from '../../../lib/receiver/inbox/inbox-table.js';

describe('the table of the inbox', () => {
  it.each([
    [undefined, '"webhook_inbox"'],
    ['hooks', '"hooks"."webhook_inbox"'],
  ])(
    'is in the schema of the data source if the data source does not have its entity: %j',
    (schema, table) => {
      expect(inboxTable(new DataSource({ type: 'postgres', ...(schema && { schema }) }))).toBe(table);
    },
  );
});
