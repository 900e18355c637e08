import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { HTTP_TRANSPORT_SORT_KEYS } from '../../persistence/repositories/http-transport.repository.js';
import { AdminController } from '../admin-controller.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { pageDto } from '../listing/page.dto.js';
import { ApiPageQuery, pageQueryOf, type PageQueryDto } from '../listing/page-query.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
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
import { HttpTransportsService } from './http-transports.service.js';

const SORTING = [HTTP_TRANSPORT_SORT_KEYS, 'createdAt'] as const;
const ListQueryDto = pageQueryOf(...SORTING);
type ListQuery = PageQueryDto<(typeof HTTP_TRANSPORT_SORT_KEYS)[number]>;

const ApiTransportUid = () => ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp');
const INVALID_NAME = 'name must be text of 1 to 255 characters without control characters';
const INPUT_CODES = ['TARGET_REFUSED', 'HEADER_REFUSED'] as const;
const CHANGE_CODES = [...INPUT_CODES, 'CREDENTIALS_REQUIRED', 'READ_ONLY_FIELD'] as const;

/** The http transports of a tenant: where its webhooks go. */
@AdminController('httptransports', 'httpTransports')
export class HttpTransportsController {
  constructor(private readonly transports: HttpTransportsService) {}

  @Get()
  @ApiOperation({ operationId: 'listHttpTransports', summary: 'List http transports' })
  @ApiPageQuery(...SORTING)
  @ApiOkResponse({ type: HttpTransportListDto, description: 'A page of the tenant’s http transports.' })
  @ApiInvalid('pageSize must not be greater than 100')
  async list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(ListQueryDto)) query: Input<ListQuery>,
  ): Promise<HttpTransportListDto> {
    return pageDto(await this.transports.page(tenantUid, query), query, httpTransportDto);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createHttpTransport',
    summary: 'Create an http transport',
    description: 'The answer holds the signing secret, which is never shown again.',
  })
  @ApiJsonBody(CreateHttpTransportDto, CREATE_EXAMPLES)
  @ApiOkResponse({ type: CreatedHttpTransportDto, description: 'The new http transport.' })
  @ApiInvalid(INVALID_NAME, ...INPUT_CODES, 'INVALID_SIGNING_SECRET')
  @ApiConflicting('UID_TAKEN', 'The tenant already has an http transport with this uid.', 'QUOTA_EXCEEDED')
  async create(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Body(new DtoPipe(CreateHttpTransportDto)) body: Input<CreateHttpTransportDto>,
  ): Promise<CreatedHttpTransportDto> {
    const { transport, signingSecret } = await this.transports.create(tenantUid, body);
    return { ...httpTransportDto(transport), signingSecret };
  }

  @Get(':httpTransportUid')
  @ApiOperation({ operationId: 'getHttpTransport', summary: 'Get an http transport' })
  @ApiTransportUid()
  @ApiOkResponse({ type: HttpTransportDto, description: 'The http transport, secrets masked.' })
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
    summary: 'Replace an http transport',
    description:
      'Replaces `name`, `url`, `headers`, `securityType` and `username`: left out, `headers` become empty, `securityType` becomes `NONE`. A `password` or `token` that is left out is kept, `null` removes it. All other fields keep their values when left out.',
  })
  @ApiTransportUid()
  @ApiJsonBody(ReplaceHttpTransportDto, REPLACE_EXAMPLES)
  @ApiOkResponse({ type: HttpTransportDto, description: 'The http transport as it is now.' })
  @ApiInvalid(INVALID_NAME, ...CHANGE_CODES)
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many changes of this http transport at once.')
  async replace(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(ReplaceHttpTransportDto)) body: Input<ReplaceHttpTransportDto>,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(await this.transports.replace(tenantUid, httpTransportUid, body));
  }

  @Patch(':httpTransportUid')
  @ApiOperation({
    operationId: 'updateHttpTransport',
    summary: 'Change fields of an http transport',
    description: 'Changes the given fields and no others.',
  })
  @ApiTransportUid()
  @ApiJsonBody(UpdateHttpTransportDto, UPDATE_EXAMPLES)
  @ApiOkResponse({ type: HttpTransportDto, description: 'The http transport as it is now.' })
  @ApiInvalid(INVALID_NAME, ...CHANGE_CODES)
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many changes of this http transport at once.')
  async update(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(UpdateHttpTransportDto)) body: Input<UpdateHttpTransportDto>,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(await this.transports.update(tenantUid, httpTransportUid, body));
  }

  @Delete(':httpTransportUid')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteHttpTransport',
    summary: 'Delete an http transport',
    description:
      'Its webhooks go with it. Its pending deliveries become `CANCELLED`; the delivery log stays, and the uid is free again.',
  })
  @ApiTransportUid()
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiInvalid(invalidUid('httpTransportUid'))
  @ApiMissing('HTTP_TRANSPORT')
  async delete(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
  ): Promise<void> {
    await this.transports.delete(tenantUid, httpTransportUid);
  }
}
