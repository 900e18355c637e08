/** Bytes of every request body in every contestant. */
export const BODY_BYTES = 1_024;

const FIXED = JSON.stringify({ action: 'ORDER_SETTLED', ...dataOf(0, '') });

/** The payload of the `index`-th event: with its envelope exactly `BODY_BYTES` long. */
export function dataOf(index, note = 'x'.repeat(BODY_BYTES - FIXED.length)) {
  const number = String(index).padStart(8, '0');
  return {
    tenant: { Uid: 'bench-0' },
    store: { Id: 1, Uid: '70' },
    order: { Uid: number },
    tenantUser: { Id: 7, Uid: '9' },
    note,
  };
}

/** The body of the `index`-th event as it goes over the wire. */
export function bodyOf(index) {
  return JSON.stringify({ action: 'ORDER_SETTLED', ...dataOf(index) });
}
