import type { HttpTransport } from '../../index.js';
import { TENANT_OPTION, tenantOf } from '../app/tenant.js';
import { withModule } from '../app/with-module.js';
import type { Command } from '../command.js';
import { DATABASE_OPTIONS } from '../config/resolve-address.js';
import { shortInstant, table } from '../output/table.js';

const PAGE_SIZE = 100;

/** Lists the HTTP transports of a tenant. */
export const transportsCommand: Command = {
  name: 'transports',
  summary: 'List the HTTP transports of a tenant',
  description: 'Lists the HTTP transports of a tenant with their state. Secrets are masked.',
  options: { ...DATABASE_OPTIONS, ...TENANT_OPTION },
  async run(values, context) {
    const tenant = tenantOf(values);
    const transports = await withModule(values, context, async (get) => {
      const { HttpTransports } = await import('../../index.js');
      const service = get(HttpTransports);
      const found: HttpTransport[] = [];
      for (let pageNumber = 1; ; pageNumber += 1) {
        const { items } = await service.list(tenant, { pageNumber, pageSize: PAGE_SIZE });
        found.push(...items);
        if (items.length < PAGE_SIZE) return found;
      }
    });
    if (values.json) return context.print(`${JSON.stringify(transports)}\n`);
    if (transports.length === 0) return context.print(`Tenant ${tenant} has no HTTP transports.\n`);
    context.print(
      table(
        ['TRANSPORT', 'STATE', 'REASON', 'FAILING SINCE', 'URL', 'NAME'],
        transports.map(({ httpTransportUid, state, disabledReason, failingSince, url, name }) => [
          httpTransportUid,
          state,
          disabledReason,
          shortInstant(failingSince),
          url,
          name,
        ]),
      ),
    );
  },
};
