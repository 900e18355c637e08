import { describe, expect, it } from '@jest/globals';
import { factTextsByTenant } from '../../../lib/persistence/sql/facts.js';

describe('a group of facts that is split', () => {
  it('keeps every fact with its tenant, also a damaged one', () => {
    expect(factTextsByTenant('1,a;2,b;1,c;2;x')).toEqual(['1,a;1,c', '2,b;2', 'x']);
  });
});
