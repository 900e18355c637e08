import type { TestHost } from './test-host.js';

/** The row of a transport as it is stored. Without encryption keys, secrets are stored in plain text after the prefix `v0:`. */
export async function storedTransport(
  host: TestHost,
  tenantUid: string,
  httpTransportUid: string,
): Promise<Record<string, unknown>> {
  const rows = await host.dataSource.query<Record<string, unknown>[]>(
    `SELECT * FROM webhook_http_transport
      WHERE tenant_uid = '${tenantUid}' AND http_transport_uid = '${httpTransportUid}'`,
  );
  return rows[0]!;
}
