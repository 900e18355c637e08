import { describe, expect, it } from '@jest/globals';
import { eventDto } from '../../../lib/admin/deliveries/delivery-details.dto.js';
import { redeliveryResult } from '../../../lib/admin/deliveries/redeliver.dto.js';
import { recoveryDryRunDto } from '../../../lib/admin/recoveries/recovery.dto.js';

describe('a result of the admin API', () => {
  it('says that a redelivery can be requested again if its row was locked', () => {
    expect(redeliveryResult('dlv_1', 'LOCKED')).toMatchObject({ accepted: false, code: 'DATABASE_BUSY' });
  });

  it('marks the count of a dry run that is a lower bound', () => {
    const preview = { count: 100_000, isAtLeast: true, sample: [], payloadGone: 0, completeFrom: 0 };
    expect(recoveryDryRunDto(preview)).toMatchObject({ count: 100_000, isAtLeast: true });
    expect(recoveryDryRunDto({ ...preview, isAtLeast: false })).not.toHaveProperty('isAtLeast');
  });

  it('shows a body as it is stored if it was damaged in the database', () => {
    const event = { eventUid: 'evt_1', body: '{"order":', expungedAt: null, occurredAt: null, createdAt: 0 };
    expect(eventDto(event as Parameters<typeof eventDto>[0]).body).toBe('{"order":');
  });
});
