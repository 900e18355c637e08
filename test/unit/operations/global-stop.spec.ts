import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DeliverySwitch } from '../../../lib/delivery/delivery-switch.js';
import { stopOf, stopText } from '../../../lib/domain/delivery-stop.js';
import { GlobalStop } from '../../../lib/operations/global-stop/global-stop.js';
import type { SettingRepository } from '../../../lib/persistence/repositories/setting.repository.js';

const STOP = stopText({ at: Date.UTC(2026, 2, 14), actor: 'ops:manager', reason: 'Wrong totals' });

/** A process whose database has no stop. */
const opened = async (): Promise<{ stop: GlobalStop; deliveries: DeliverySwitch }> => {
  const deliveries = new DeliverySwitch();
  const settings = { read: () => Promise.resolve(undefined) } as unknown as SettingRepository;
  return { stop: await GlobalStop.open(settings, deliveries), deliveries };
};

describe('The global stop in a process', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  afterAll(() => {
    Logger.overrideLogger(['error', 'warn']);
  });

  it('holds deliveries as soon as any statement has seen the stop', async () => {
    const { stop, deliveries } = await opened();
    expect(deliveries.isOn).toBe(true);
    stop.note(STOP, performance.now() - 10_000);
    expect(deliveries.holds).toEqual(['STOPPED_BY_OPERATOR']);
    expect(stop.explanation).toContain('2026-03-14T00:00:00.000Z: "Wrong totals"');
    expect(stop.explanation).not.toContain('manager');
  });

  it('does not start deliveries for a result that was read before the stop was seen', async () => {
    const { stop, deliveries } = await opened();
    const before = performance.now();
    stop.note(STOP, before);
    stop.note(undefined, before);
    expect(deliveries.isOn).toBe(false);
    stop.note(undefined, performance.now() + 1);
    expect(deliveries.isOn).toBe(true);
  });

  it('treats a damaged row as a stop', async () => {
    const { stop, deliveries } = await opened();
    for (const text of ['', '{', 'null', '7', '{"at":"x","reason":7}']) {
      stop.note(text, performance.now());
      expect([text, deliveries.isOn, stopOf(text)]).toEqual([
        text,
        false,
        { at: null, actor: null, reason: null },
      ]);
    }
    expect(stop.explanation).toMatch(/stopped the deliveries of all processes\. Pending/);
  });
});
