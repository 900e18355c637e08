import type { WebhookDelivery } from '../../index.js';
import type { CommandContext, OptionValues } from '../command.js';
import { shortInstant, table, type Cell } from '../output/table.js';

const HEADER = [
  'DELIVERY',
  'CREATED',
  'ACTION',
  'TRANSPORT',
  'STATUS',
  'ATTEMPTS',
  'LAST',
  'NEXT ATTEMPT',
  'REASON',
  'EVENT',
];

/** Prints deliveries as a table, or with `--json` as one object in each line. */
export class DeliveryPrinter {
  #hasHeader = false;

  constructor(
    private readonly values: OptionValues,
    private readonly context: Pick<CommandContext, 'print'>,
  ) {}

  /** Prints the header with the first rows only. */
  print(deliveries: readonly WebhookDelivery[]): void {
    const { print } = this.context;
    // One object in a line, so that the output of --follow can be processed while it grows.
    if (this.values.json) return deliveries.forEach((delivery) => print(`${JSON.stringify(delivery)}\n`));
    const lines = table(HEADER, deliveries.map(rowOf));
    print(this.#hasHeader ? lines.slice(lines.indexOf('\n') + 1) : lines);
    this.#hasHeader = true;
  }
}

const rowOf = (delivery: WebhookDelivery): Cell[] => [
  delivery.deliveryUid,
  shortInstant(delivery.createdAt),
  delivery.action,
  delivery.httpTransportUid,
  delivery.status,
  delivery.attempts,
  delivery.lastStatusCode === null ? delivery.lastErrorCode : String(delivery.lastStatusCode),
  shortInstant(delivery.nextAttemptAt),
  delivery.reason,
  delivery.eventUid,
];
