import type { PosClient } from './pos-client.js';
import { table } from './story.js';

interface DeliveryItem {
  readonly deliveryUid: string;
}

interface DeliveryDetail {
  readonly action: string;
  readonly eventUid: string;
  readonly status: string;
  readonly event: { readonly body: Readonly<Record<'order' | 'till', { Uid: string } | undefined>> };
  readonly attempts: readonly {
    responseStatusCode: number | null;
    errorCode: string | null;
    durationMs: number;
  }[];
}

/** The tenant's delivery log as a table, oldest first. */
export async function deliveryLog(admin: PosClient): Promise<string> {
  const { items } = await admin.get<{ items: DeliveryItem[] }>('/deliveries?pageSize=100');
  const rows: string[][] = [];
  for (const { deliveryUid } of items.reverse()) {
    const { action, eventUid, status, event, attempts } = await admin.get<DeliveryDetail>(
      `/deliveries/${deliveryUid}`,
    );
    const { order, till } = event.body;
    rows.push([
      action,
      order?.Uid ?? till?.Uid ?? '',
      `…${eventUid.slice(-8)}`,
      status,
      attempts.map(({ responseStatusCode, errorCode }) => responseStatusCode ?? errorCode).join(', '),
      attempts.map(({ durationMs }) => `${durationMs}`).join(', '),
    ]);
  }
  return table(['action', 'about', 'webhook-id', 'status', 'responses', 'ms each'], rows);
}
