import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { TestSendService } from '../../operations/test-send.service.js';
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
import { answerOf } from './answer-of.js';
import { TestSendDto, TestSendResultDto } from './test-send.dto.js';

/** Trying out an http transport. */
@AdminController('httptransports/:httpTransportUid', 'httpTransports')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportTestController {
  constructor(private readonly tests: TestSendService) {}

  @Post('test')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testHttpTransport',
    summary: 'Send a test to an http transport',
    description:
      'Sends the example of an action once, signed and guarded as a delivery, with the header `x-webhook-test: true` and an event uid of its own, in whatever state the http transport is. Nothing is logged or repeated, and the answer of the receiver changes nothing.',
  })
  @ApiJsonBody(
    TestSendDto,
    { 'With the default action': {}, 'With an action': { action: 'ORDER_SETTLED' } },
    { required: false },
  )
  @ApiOkResponse({ type: TestSendResultDto, description: 'What came of it.' })
  @ApiInvalid('action must be a string', 'UNKNOWN_ACTION')
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('DELIVERIES_HELD', 'The operator holds all deliveries.')
  @ApiRateLimited(
    'One per http transport in 5 seconds, and 20 per tenant in a minute; or its host has as many requests as it may.',
    'ORIGIN_BUSY',
  )
  test(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(TestSendDto)) { action }: Input<TestSendDto>,
  ): Promise<TestSendResultDto> {
    return answerOf(this.tests.send(tenantUid, httpTransportUid, action));
  }
}
