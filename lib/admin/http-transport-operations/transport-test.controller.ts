import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { SampleSendService } from '../../operations/http-transports/sample-send.service.js';
import { AdminController } from '../admin-controller.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiRateLimited,
  ApiUid,
} from '../openapi/api-docs.js';
import { AbsentBodyPipe } from '../validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { orNotFound } from './or-not-found.js';
import { TestSendDto, TestSendResultDto } from './test-send.dto.js';

/** Sends test requests to an HTTP transport. */
@AdminController('httptransports/:httpTransportUid', 'httpTransports')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportTestController {
  constructor(private readonly tests: SampleSendService) {}

  @Post('test')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testHttpTransport',
    summary: 'Send a test to an HTTP transport',
    description:
      'Sends the example of an action once, signed like a delivery, with the header `x-webhook-test: true` and a new event uid. It works in every state of the HTTP transport. The request is not logged or retried, and its result does not change the state.',
  })
  @ApiJsonBody(
    TestSendDto,
    { 'With the default action': {}, 'With an action': { action: 'ORDER_SETTLED' } },
    { required: false },
  )
  @ApiOkResponse({ type: TestSendResultDto, description: 'Result of the request.' })
  @ApiInvalid('action must be a string', 'UNKNOWN_ACTION')
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting(
    'DELIVERIES_HELD',
    'Deliveries are switched off or stopped, or the database belongs to another environment.',
  )
  @ApiRateLimited(
    'There were too many tests (per HTTP transport, one in 5 seconds is allowed; per tenant, 20 at once and then one in 3 seconds), or the maximum number of requests to the origin of the URL is in flight.',
    'ORIGIN_BUSY',
  )
  test(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(TestSendDto)) { action }: Input<TestSendDto>,
  ): Promise<TestSendResultDto> {
    return orNotFound(this.tests.send(tenantUid, httpTransportUid, action));
  }
}
