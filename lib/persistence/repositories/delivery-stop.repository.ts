import { Inject, Injectable } from '@nestjs/common';
import { differences, OPERATOR_RESOURCE } from '../../domain/audit.js';
import { stopOf, stopText, type DeliveryStop } from '../../domain/delivery-stop.js';
import { DATABASE, type Database } from '../ports/database.js';
import { audit } from '../sql/audit-sql.js';
import { statement } from '../sql/statement.js';
import { STOP_SETTING } from '../sql/stop-setting.js';
import { SettingRepository } from './setting.repository.js';

/** The stop of all deliveries, which all processes share. Each change is written together with its entry in the audit. */
@Injectable()
export class DeliveryStopRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly settings: SettingRepository,
  ) {}

  /** @returns undefined: deliveries are not stopped */
  async read(): Promise<DeliveryStop | undefined> {
    const text = await this.settings.read(STOP_SETTING);
    return text === undefined ? undefined : stopOf(text);
  }

  /**
   * Stops deliveries. If they are stopped already, nothing changes.
   *
   * @returns the stop that is in force
   */
  async stop({ actor, reason }: Pick<DeliveryStop, 'actor' | 'reason'>): Promise<DeliveryStop> {
    const stop = { at: this.database.now(), actor, reason };
    const results = await this.database.write(
      [
        statement(
          this.database,
          `INSERT INTO ${this.#table} (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`,
          [STOP_SETTING, stopText(stop)],
        ),
        audit(this.database, OPERATOR_RESOURCE, {
          kind: 'DELIVERIES_STOPPED',
          actor,
          changes: differences([{ field: 'reason', from: null, to: reason }]),
        }),
      ],
      { onlyIfFirstChanges: true },
    );
    if (results.length > 0) return stop;
    // If deliveries were resumed in between, return the caller's stop, as if it had been set before they were resumed.
    return (await this.read()) ?? stop;
  }

  /** Ends the stop. @returns false: deliveries were not stopped */
  async resume(actor: string | null): Promise<boolean> {
    const present = await this.read();
    if (present === undefined) return false;
    const results = await this.database.write(
      [
        statement(this.database, `DELETE FROM ${this.#table} WHERE name = ?`, [STOP_SETTING]),
        audit(this.database, OPERATOR_RESOURCE, {
          kind: 'DELIVERIES_RESUMED',
          actor,
          changes: differences([{ field: 'reason', from: present.reason, to: null }]),
        }),
      ],
      { onlyIfFirstChanges: true },
    );
    return results.length > 0;
  }

  get #table(): string {
    return this.database.table('webhook_setting');
  }
}
