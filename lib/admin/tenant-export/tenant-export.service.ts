import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import type { ListedDelivery } from '../../persistence/ports/delivery-store.js';
import { DeliveryRepository } from '../../persistence/repositories/delivery.repository.js';
import {
  deliveryDetailsDto,
  MAX_ATTEMPTS_SHOWN,
  type DeliveryDetailsDto,
} from '../deliveries/delivery-details.dto.js';
import { httpTransportDto, type HttpTransportDto } from '../http-transports/http-transport.dto.js';
import { HttpTransportsService } from '../http-transports/http-transports.service.js';
import { webhookDto, type WebhookDto } from '../webhooks/webhook.dto.js';
import { WebhooksService } from '../webhooks/webhooks.service.js';

const PAGE = 100;
/**
 * Number of deliveries whose details are in memory at once. One can have a body of 256 KiB and 100 attempts, each with a response
 * of up to 24 KiB.
 */
const DETAILS_AT_ONCE = 4;

/** One line of an export, parsed. */
export type TenantExportLine =
  | { type: 'export'; version: 1; tenantUid: string; exportedAt: string }
  | ({ type: 'httpTransport' } & HttpTransportDto)
  | ({ type: 'webhook' } & WebhookDto)
  | ({ type: 'delivery' } & DeliveryDetailsDto)
  | { type: 'end'; httpTransports: number; webhooks: number; deliveries: number };

/** Reads the HTTP transports, webhooks and deliveries of a tenant, as the admin API shows them. */
@Injectable()
export class TenantExportService {
  constructor(
    private readonly transports: HttpTransportsService,
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveryRepository,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** The lines in their order: a first line, transports, webhooks, deliveries (newest first), and a last line with the counts. */
  async *lines(tenantUid: string): AsyncGenerator<TenantExportLine> {
    const count = { httpTransports: 0, webhooks: 0, deliveries: 0 };
    yield { type: 'export', version: 1, tenantUid, exportedAt: new Date(this.database.now()).toISOString() };
    for await (const transport of this.#transports(tenantUid)) {
      count.httpTransports += 1;
      yield { type: 'httpTransport', ...transport };
    }
    for await (const webhook of this.#webhooks(tenantUid)) {
      count.webhooks += 1;
      yield { type: 'webhook', ...webhook };
    }
    for await (const delivery of this.#deliveries(tenantUid)) {
      count.deliveries += 1;
      yield { type: 'delivery', ...delivery };
    }
    yield { type: 'end', ...count };
  }

  async *#transports(tenantUid: string): AsyncGenerator<HttpTransportDto> {
    for (let pageNumber = 1; ; pageNumber += 1) {
      const request = {
        pageNumber,
        pageSize: PAGE,
        sortBy: 'httpTransportUid',
        sortDirection: 'ASC',
      } as const;
      const { items } = await this.transports.page(tenantUid, request);
      yield* items.map(httpTransportDto);
      if (items.length < PAGE) return;
    }
  }

  async *#webhooks(tenantUid: string): AsyncGenerator<WebhookDto> {
    for (let pageNumber = 1; ; pageNumber += 1) {
      const request = { pageNumber, pageSize: PAGE, sortBy: 'webhookUid', sortDirection: 'ASC' } as const;
      const { items } = await this.webhooks.pageOfTenant(tenantUid, undefined, request);
      yield* items.map(webhookDto);
      if (items.length < PAGE) return;
    }
  }

  async *#deliveries(tenantUid: string): AsyncGenerator<DeliveryDetailsDto> {
    let beforeId: number | undefined;
    for (;;) {
      const { items, searchedTo } = await this.deliveries.newest(tenantUid, {}, { beforeId, limit: PAGE });
      for (let from = 0; from < items.length; from += DETAILS_AT_ONCE) {
        const some = items.slice(from, from + DETAILS_AT_ONCE);
        const details = await Promise.all(some.map((delivery) => this.#details(tenantUid, delivery)));
        yield* details.filter((found) => found !== undefined);
      }
      const last = items.length < PAGE ? searchedTo : items.at(-1)!.id;
      if (last === null) return;
      beforeId = last;
    }
  }

  /** Undefined: retention has deleted the delivery since it was listed. */
  async #details(tenantUid: string, delivery: ListedDelivery): Promise<DeliveryDetailsDto | undefined> {
    const event = await this.deliveries.findEvent(tenantUid, delivery.eventId);
    if (!event) return undefined;
    return deliveryDetailsDto(delivery, event, await this.deliveries.attempts(delivery, MAX_ATTEMPTS_SHOWN));
  }
}
