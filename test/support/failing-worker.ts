import { WebhooksHealth, type WebhooksHealthReport } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createRestrictedDatabase } from '../faults/support/restricted-role.js';
import { createMigratedDatabase } from './databases.js';
import { eventually } from './eventually.js';
import type { StageFailure } from './failing-stages.js';
import { LogCapture } from './log-capture.js';
import { Receiver } from './receiver.js';
import type { DatabaseKind, TestDatabase } from './test-database.js';
import { TestHost } from './test-host.js';

const TENANT = 'shop';
const RETRY_MS = 3_000;

/** A database, the connection of the owner of its tables, and the role that the worker has on PostgreSQL. */
interface Owned {
  readonly database: TestDatabase;
  readonly owner: DataSource;
  readonly role: string;
  drop(): Promise<void>;
}

/** A worker with the default options and one transport, a stage of which can be made to fail. */
export class FailingWorker {
  private constructor(
    private readonly owned: Owned,
    private readonly host: TestHost,
    readonly receiver: Receiver,
  ) {}

  static async start(kind: DatabaseKind): Promise<FailingWorker> {
    const receiver = await Receiver.start();
    const owned = await (kind === 'postgres' ? createRestricted() : createOwned());
    const host = await TestHost.start({
      database: owned.database,
      webhooks: {
        runMigrations: kind === 'sqlite',
        pollMs: undefined,
        retryScheduleMs: [RETRY_MS, RETRY_MS],
      },
      logger: new LogCapture(),
    });
    const api = host.api(TENANT);
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    return new FailingWorker(owned, host, receiver);
  }

  begin({ begin }: StageFailure): Promise<unknown> {
    return this.#run(begin);
  }

  end({ end }: StageFailure): Promise<unknown> {
    return this.#run(end);
  }

  emit(): Promise<unknown> {
    return this.host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
  }

  health(): Promise<WebhooksHealthReport> {
    return this.host.app.get(WebhooksHealth, { strict: false }).check();
  }

  /** Waits for the first report for which `isWanted` returns true. */
  report(
    isWanted: (report: WebhooksHealthReport) => boolean,
    withinMs?: number,
  ): Promise<WebhooksHealthReport> {
    return eventually(
      async () => {
        const report = await this.health();
        return isWanted(report) && report;
      },
      { ...(withinMs !== undefined && { withinMs }) },
    );
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.receiver.close();
    await this.owned.drop();
  }

  /** Runs a statement, again if a lock of the worker makes it fail: a deadlock on PostgreSQL, the write lock on SQLite. */
  #run(sql: string): Promise<unknown> {
    const { owner, role } = this.owned;
    return eventually(() => owner.query(sql.replace('app_role', role)).then(() => true));
  }
}

async function createRestricted(): Promise<Owned> {
  const { database, owner, role } = await createRestrictedDatabase();
  return { database, owner, role, drop: () => database.drop() };
}

async function createOwned(): Promise<Owned> {
  const database = await createMigratedDatabase('sqlite');
  const owner = await new DataSource(database.options).initialize();
  const drop = async (): Promise<void> => {
    await owner.destroy();
    await database.drop();
  };
  return { database, owner, role: '', drop };
}
