import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { MAX_SECRETS } from '../../domain/secret-rotation.js';
import { SigningSecretRotationService } from '../../operations/http-transports/signing-secret-rotation.service.js';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import { ApiConflicting, ApiInvalid, ApiJsonBody, ApiMissing, ApiUid } from '../openapi/api-docs.js';
import { CreatedHttpTransportDto, httpTransportDto } from '../http-transports/http-transport.dto.js';
import { AbsentBodyPipe } from '../validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { orNotFound } from './or-not-found.js';
import { RotateSecretDto } from './rotate-secret.dto.js';

/** The signing secret of an HTTP transport. */
@AdminController('httptransports/:httpTransportUid', 'httpTransports')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportSecretController {
  constructor(private readonly rotation: SigningSecretRotationService) {}

  @Post('rotatesecret')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateSigningSecretOfHttpTransport',
    summary: 'Rotate the signing secret of an HTTP transport',
    description: `Only this response contains the new signing secret. Until the overlap ends, requests carry one signature for each secret, the newest first. At most ${MAX_SECRETS} secrets are kept: a rotation removes the oldest ones beyond that number. The change takes effect within a second.`,
  })
  @ApiJsonBody(
    RotateSecretDto,
    {
      'With the default overlap': {},
      'Without an overlap': { overlapHours: 0 },
    },
    { required: false },
  )
  @ApiOkResponse({
    type: CreatedHttpTransportDto,
    description: 'The HTTP transport with its new signing secret.',
  })
  @ApiInvalid('overlapHours must not be greater than 168', 'INVALID_SIGNING_SECRET')
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many concurrent changes of this HTTP transport.')
  async rotate(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(RotateSecretDto)) body: Input<RotateSecretDto>,
    @RequestActor() actor: string | null,
  ): Promise<CreatedHttpTransportDto> {
    const { transport, signingSecret } = await orNotFound(
      this.rotation.rotate(tenantUid, httpTransportUid, body, actor),
    );
    return { ...httpTransportDto(transport), signingSecret };
  }
}
