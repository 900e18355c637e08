import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { pageDto } from '../listing/page.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { WithoutBlanksPipe } from '../validation/without-blanks.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import {
  CreateHttpTransportDto,
  ReplaceHttpTransportDto,
  UpdateHttpTransportDto,
} from './http-transport-bodies.dto.js';
import {
  CreatedHttpTransportDto,
  HttpTransportDto,
  httpTransportDto,
  HttpTransportListDto,
} from './http-transport.dto.js';
import { CREATE_EXAMPLES, REPLACE_EXAMPLES, UPDATE_EXAMPLES } from './http-transport-examples.js';
import { ApiHttpTransportQuery, HttpTransportQueryDto } from './http-transport-query.dto.js';
import { HttpTransportsService } from './http-transports.service.js';

const ApiTransportUid = () => ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp');
const INVALID_NAME = 'name must be text of 1 to 255 characters without control characters';
const INPUT_CODES = ['TARGET_REFUSED', 'HEADER_REFUSED'] as const;
const CHANGE_CODES = [...INPUT_CODES, 'CREDENTIALS_REQUIRED', 'READ_ONLY_FIELD'] as const;

/** The HTTP transports of a tenant: where its events are sent. */
@AdminController('httptransports', 'httpTransports')
export class HttpTransportsController {
  constructor(private readonly transports: HttpTransportsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listHttpTransports',
    summary: 'List HTTP transports',
    description: 'Lists the HTTP transports of the tenant that match all filters. Secrets are masked.',
  })
  @ApiHttpTransportQuery()
  @ApiOkResponse({ type: HttpTransportListDto, description: 'A page of the HTTP transports of the tenant.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100')
  async list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(HttpTransportQueryDto)) query: Input<HttpTransportQueryDto>,
  ): Promise<HttpTransportListDto> {
    return pageDto(await this.transports.page(tenantUid, query), query, httpTransportDto);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createHttpTransport',
    summary: 'Create an HTTP transport',
    description: 'Creates an HTTP transport. Only this response contains the signing secret.',
  })
  @ApiJsonBody(CreateHttpTransportDto, CREATE_EXAMPLES)
  @ApiOkResponse({
    type: CreatedHttpTransportDto,
    description: 'The new HTTP transport with its signing secret.',
  })
  @ApiInvalid(INVALID_NAME, ...INPUT_CODES, 'INVALID_SIGNING_SECRET')
  @ApiConflicting('UID_TAKEN', 'The tenant already has an HTTP transport with this uid.', 'QUOTA_EXCEEDED')
  async create(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Body(new WithoutBlanksPipe(CreateHttpTransportDto), new DtoPipe(CreateHttpTransportDto))
    body: Input<CreateHttpTransportDto>,
    @RequestActor() actor: string | null,
  ): Promise<CreatedHttpTransportDto> {
    const { transport, signingSecret } = await this.transports.create(tenantUid, body, actor);
    return { ...httpTransportDto(transport), signingSecret };
  }

  @Get(':httpTransportUid')
  @ApiOperation({
    operationId: 'getHttpTransport',
    summary: 'Get an HTTP transport',
    description: 'Returns the HTTP transport with its state. Secrets are masked.',
  })
  @ApiTransportUid()
  @ApiOkResponse({ type: HttpTransportDto, description: 'The HTTP transport, with masked secrets.' })
  @ApiInvalid(invalidUid('httpTransportUid'))
  @ApiMissing('HTTP_TRANSPORT')
  async get(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(await this.transports.get(tenantUid, httpTransportUid));
  }

  @Put(':httpTransportUid')
  @ApiOperation({
    operationId: 'replaceHttpTransport',
    summary: 'Replace an HTTP transport',
    description:
      'Replaces the HTTP transport. Three fields are reset if they are omitted: `headers` to an empty list, `securityType` to `NONE`, `username` to null. `password`, `token` and all other fields keep their values if they are omitted; `null` resets them. You can send back an HTTP transport exactly as you read it.',
  })
  @ApiTransportUid()
  @ApiJsonBody(ReplaceHttpTransportDto, REPLACE_EXAMPLES)
  @ApiOkResponse({ type: HttpTransportDto, description: 'The changed HTTP transport.' })
  @ApiInvalid(INVALID_NAME, ...CHANGE_CODES)
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many concurrent changes of this HTTP transport.')
  async replace(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(ReplaceHttpTransportDto)) body: Input<ReplaceHttpTransportDto>,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(await this.transports.replace(tenantUid, httpTransportUid, body, actor));
  }

  @Patch(':httpTransportUid')
  @ApiOperation({
    operationId: 'updateHttpTransport',
    summary: 'Change fields of an HTTP transport',
    description: 'Changes the given fields; omitted fields keep their values.',
  })
  @ApiTransportUid()
  @ApiJsonBody(UpdateHttpTransportDto, UPDATE_EXAMPLES)
  @ApiOkResponse({ type: HttpTransportDto, description: 'The changed HTTP transport.' })
  @ApiInvalid(INVALID_NAME, ...CHANGE_CODES)
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many concurrent changes of this HTTP transport.')
  async update(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(UpdateHttpTransportDto)) body: Input<UpdateHttpTransportDto>,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(await this.transports.update(tenantUid, httpTransportUid, body, actor));
  }

  @Delete(':httpTransportUid')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteHttpTransport',
    summary: 'Delete an HTTP transport',
    description:
      'Deletes the HTTP transport and its webhooks. Its pending deliveries become `CANCELLED`. The delivery log is kept, and the uid can be used again.',
  })
  @ApiTransportUid()
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiInvalid(invalidUid('httpTransportUid'))
  @ApiMissing('HTTP_TRANSPORT')
  async delete(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<void> {
    await this.transports.delete(tenantUid, httpTransportUid, actor);
  }
}
