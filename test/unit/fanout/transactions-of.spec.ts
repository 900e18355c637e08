import { describe, expect, it } from '@jest/globals';
import type { TenantShare } from '../../../lib/fanout/tenant-shares.js';
import { transactionsOf } from '../../../lib/fanout/transactions-of.js';

const share = (count: number): TenantShare =>
  ({ deliveries: Array.from({ length: count }) }) as unknown as TenantShare;

describe('transactionsOf', () => {
  it('puts at most 2,000 deliveries into one transaction, and never divides the share of a tenant', () => {
    const shares = [1_500, 500, 1, 1_999, 3_000, 10].map(share);
    const sizes = [...transactionsOf(shares)].map((together) =>
      together.map(({ deliveries }) => deliveries.length),
    );
    expect(sizes).toEqual([[1_500, 500], [1, 1_999], [3_000], [10]]);
  });
});
