import { describe, expect, it } from '@jest/globals';
import type { WebhookDelivery } from 'nestjs-tillhook';
import { DeliveryPrinter } from '../../../lib/cli/deliveries/delivery-table.js';

const DELIVERY = {
  deliveryUid: 'dlv_1',
  createdAt: '2026-03-14T09:26:53.120Z',
  action: 'ORDER_SETTLED',
  httpTransportUid: 'erp',
  status: 'PENDING',
  attempts: 1,
  lastStatusCode: null,
  lastErrorCode: 'TIMEOUT',
  nextAttemptAt: null,
  reason: null,
  eventUid: 'evt_1',
} as WebhookDelivery;

describe('the table of deliveries', () => {
  it('shows the error of an attempt without a status, and the header only once', () => {
    const printed: string[] = [];
    const printer = new DeliveryPrinter({}, { print: (text) => void printed.push(text) });
    printer.print([DELIVERY]);
    printer.print([{ ...DELIVERY, lastStatusCode: 500 }]);
    const row = (last: string): unknown =>
      expect.stringMatching(new RegExp(` PENDING +1 +${last} +- +- +evt_1$`));
    expect(printed.map((text) => text.trimEnd().split('\n'))).toEqual([
      [expect.stringMatching(/^DELIVERY +CREATED /), row('TIMEOUT')],
      [row('500')],
    ]);
  });
});
