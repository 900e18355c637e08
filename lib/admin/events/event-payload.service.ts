import { Injectable } from '@nestjs/common';
import { EventPayloadRepository } from '../../persistence/repositories/event-payload.repository.js';
import { notFound } from '../api-error.js';

/** Erases the payloads of events. */
@Injectable()
export class EventPayloadService {
  constructor(private readonly payloads: EventPayloadRepository) {}

  /** @throws {ApiError} 404 */
  async expunge(tenantUid: string, eventUid: string): Promise<void> {
    if (!(await this.payloads.expunge(tenantUid, eventUid))) throw notFound('EVENT');
  }
}
