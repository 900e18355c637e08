import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { ApiError } from '../../../lib/admin/api-error.js';
import { DeliveryQueryDto } from '../../../lib/admin/deliveries/delivery-query.dto.js';
import {
  CreateHttpTransportDto,
  ReplaceHttpTransportDto,
  UpdateHttpTransportDto,
} from '../../../lib/admin/http-transports/http-transport-bodies.dto.js';
import { HttpTransportQueryDto } from '../../../lib/admin/http-transports/http-transport-query.dto.js';
import { pageQueryOf } from '../../../lib/admin/listing/page-query.dto.js';
import { DtoPipe } from '../../../lib/admin/validation/dto.pipe.js';
import { ReplayDto } from '../../../lib/admin/recoveries/recovery-bodies.dto.js';
import {
  CreateWebhookDto,
  ReplaceWebhookDto,
  UpdateWebhookDto,
} from '../../../lib/admin/webhooks/webhook-bodies.dto.js';

const PageQuery = pageQueryOf(['name', 'createdAt'], 'createdAt');

const read = (dto: Type<object>, value: unknown): Promise<object> =>
  new DtoPipe(dto).transform(value, { type: dto.name.includes('Query') ? 'query' : 'body' });

async function messagesOf(dto: Type<object>, value: unknown): Promise<string[]> {
  const error = await read(dto, value).then(
    (result) => new Error(`accepted as ${JSON.stringify(result)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error as Error;
  const body = error.getResponse() as { message: string[] };
  expect(body).toEqual({
    statusCode: 400,
    error: 'Bad Request',
    code: 'VALIDATION_FAILED',
    message: expect.any(Array),
  });
  return body.message;
}

const transport = { name: 'ERP', url: 'https://erp.example.com' };

describe('the body of a transport', () => {
  const full = {
    ...transport,
    headers: [{ key: 'x-shop', value: '70' }],
    securityType: 'BEARER',
    username: 'shop',
    password: 'geheim ü',
    token: 'abc.def-123',
    timeoutMs: 100,
    maxConcurrency: 256,
    rateLimit: { requests: 1, perSeconds: 60 },
    retryScheduleSeconds: [1, 604_800],
  };

  it('keeps every field unchanged', async () => {
    const body = { ...full, httpTransportUid: 'erp_1-A', signingSecret: 'whsec_x' };
    expect(await read(CreateHttpTransportDto, body)).toEqual(body);
  });

  it('has no property for a member that was left out', async () => {
    expect(Object.keys(await read(UpdateHttpTransportDto, { name: 'New' }))).toEqual(['name']);
    expect(Object.keys(await read(UpdateHttpTransportDto, {}))).toEqual([]);
  });

  it('distinguishes null from an omitted member', async () => {
    const nulls = {
      headers: null,
      username: null,
      password: null,
      token: null,
      timeoutMs: null,
      maxConcurrency: null,
      rateLimit: null,
      retryScheduleSeconds: null,
    };
    expect(await read(UpdateHttpTransportDto, nulls)).toEqual(nulls);
  });

  it('may contain the read-only fields of a response in an update, and not in a creation', async () => {
    const response = {
      httpTransportUid: 'erp',
      state: 'ACTIVE',
      disabledReason: null,
      failingSince: null,
      createdAt: '2026-03-14T09:26:53.589Z',
      lastModifiedAt: '2026-03-14T09:26:53.589Z',
    };
    await read(UpdateHttpTransportDto, response);
    await read(ReplaceHttpTransportDto, { ...transport, ...response });
    expect(await messagesOf(CreateHttpTransportDto, { ...transport, ...response })).toContain(
      'property state should not exist',
    );
  });

  it.each([
    ['without name', { url: transport.url }, 'name'],
    ['without url', { name: 'ERP' }, 'url'],
    ['name null', { ...transport, name: null }, 'name'],
    ['name empty', { ...transport, name: '' }, 'name'],
    ['name of 256 characters', { ...transport, name: 'x'.repeat(256) }, 'name'],
    ['name with NUL', { ...transport, name: 'a\0b' }, 'name'],
    ['name with a lone surrogate', { ...transport, name: 'a\ud800' }, 'name'],
    ['name as number', { ...transport, name: 7 }, 'name'],
    ['name as list', { ...transport, name: ['a'] }, 'name'],
    ['url as object', { ...transport, url: {} }, 'url'],
    ['url of 2,049 characters', { ...transport, url: `https://a.example/${'x'.repeat(2031)}` }, 'url'],
    ['securityType unknown', { ...transport, securityType: 'basic_auth' }, 'securityType'],
    ['securityType null', { ...transport, securityType: null }, 'securityType'],
    ['username with colon', { ...transport, username: 'a:b' }, 'username'],
    ['password empty', { ...transport, password: '' }, 'password'],
    ['password with newline', { ...transport, password: 'a\nb' }, 'password'],
    ['token with space', { ...transport, token: 'a b' }, 'token'],
    ['token with newline', { ...transport, token: 'a\n' }, 'token'],
    ['token as number', { ...transport, token: 5 }, 'token'],
    ['headers as object', { ...transport, headers: { 0: { key: 'a', value: 'b' } } }, 'headers'],
    ['headers of lists', { ...transport, headers: [[{ key: 'a', value: 'b' }]] }, 'headers'],
    ['headers of null', { ...transport, headers: [null] }, 'headers'],
    ['headers without value', { ...transport, headers: [{ key: 'a' }] }, 'headers.0.value'],
    [
      'headers with more',
      { ...transport, headers: [{ key: 'a', value: 'b', c: 1 }] },
      'headers.0.property c',
    ],
    [
      '21 headers',
      { ...transport, headers: Array.from({ length: 21 }, (_, i) => ({ key: `x${i}`, value: '' })) },
      'headers',
    ],
    ['timeoutMs 99', { ...transport, timeoutMs: 99 }, 'timeoutMs'],
    ['timeoutMs 30001', { ...transport, timeoutMs: 30_001 }, 'timeoutMs'],
    ['timeoutMs as text', { ...transport, timeoutMs: '100' }, 'timeoutMs'],
    ['timeoutMs with fraction', { ...transport, timeoutMs: 100.5 }, 'timeoutMs'],
    ['maxConcurrency 0', { ...transport, maxConcurrency: 0 }, 'maxConcurrency'],
    ['maxConcurrency 257', { ...transport, maxConcurrency: 257 }, 'maxConcurrency'],
    ['rateLimit as list', { ...transport, rateLimit: [{ requests: 1, perSeconds: 1 }] }, 'rateLimit'],
    ['rateLimit of half', { ...transport, rateLimit: { requests: 1 } }, 'rateLimit.perSeconds'],
    ['rateLimit 0', { ...transport, rateLimit: { requests: 0, perSeconds: 1 } }, 'rateLimit.requests'],
    ['schedule of text', { ...transport, retryScheduleSeconds: ['5'] }, 'each value in retryScheduleSeconds'],
    ['schedule of 0', { ...transport, retryScheduleSeconds: [0] }, 'each value in retryScheduleSeconds'],
    ['schedule of 51', { ...transport, retryScheduleSeconds: Array(51).fill(5) }, 'retryScheduleSeconds'],
    ['uid with slash', { ...transport, httpTransportUid: 'a/b' }, 'httpTransportUid'],
    ['uid with newline', { ...transport, httpTransportUid: 'a\n' }, 'httpTransportUid'],
    ['uid empty', { ...transport, httpTransportUid: '' }, 'httpTransportUid'],
    ['uid of 65', { ...transport, httpTransportUid: 'x'.repeat(65) }, 'httpTransportUid'],
    ['uid null', { ...transport, httpTransportUid: null }, 'httpTransportUid'],
    ['unknown member', { ...transport, stat: 'ACTIVE' }, 'property stat'],
    ['tenantUid', { ...transport, tenantUid: 'other' }, 'property tenantUid'],
    ['id', { ...transport, id: 1 }, 'property id'],
  ])('is refused: %s', async (_case, body, named) => {
    const messages = await messagesOf(CreateHttpTransportDto, body);
    expect(messages.every((message) => message.includes(named))).toBe(true);
    expect(messages.length).toBeGreaterThan(0);
  });

  it.each([
    [{ name: 'ERP' }, ['url is required']],
    [{ ...transport, url: 7 }, ['url must be a string']],
    [{ ...transport, timeoutMs: '100' }, ['timeoutMs must be an integer number']],
    [{ ...transport, timeoutMs: 99 }, ['timeoutMs must not be less than 100']],
    [{ ...transport, headers: [{ key: 'a' }] }, ['headers.0.value is required']],
    [{ ...transport, rateLimit: { requests: 1 } }, ['rateLimit.perSeconds is required']],
    [{ ...transport, rateLimit: 5 }, ['rateLimit must be an object']],
  ])('is refused with the one message that helps: %j', async (body, messages) => {
    expect(await messagesOf(CreateHttpTransportDto, body)).toEqual(messages);
  });

  it('never repeats a secret in a message', async () => {
    const canary = 'canary\n4711';
    const headers = [{ key: 'x', value: canary.repeat(500) }];
    const body = { ...transport, password: canary, token: canary, headers };
    const messages = await messagesOf(CreateHttpTransportDto, body);
    expect(messages.length).toBeGreaterThanOrEqual(3);
    expect(messages.join()).not.toContain('canary');
  });

  it('refuses thousands of unknown members with a short list', async () => {
    const unknown = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`${'x'.repeat(500)}${i}`, 1]),
    );
    const messages = await messagesOf(UpdateHttpTransportDto, unknown);
    expect(messages).toHaveLength(21);
    expect(messages.at(-1)).toBe('and 4980 more');
    expect(messages.join().length).toBeLessThan(10_000);
  });
});

describe('the body of a webhook', () => {
  it('needs an action to create and to replace, not to change', async () => {
    expect(await messagesOf(CreateWebhookDto, {})).toEqual(['action is required']);
    expect(await messagesOf(ReplaceWebhookDto, { enabled: true })).toEqual(['action is required']);
    expect(Object.keys(await read(UpdateWebhookDto, {}))).toEqual([]);
  });

  it.each([
    ['enabled as text', { enabled: 'true' }],
    ['enabled as number', { enabled: 1 }],
    ['enabled null', { enabled: null }],
    ['ordered null', { ordered: null }],
    ['action null', { action: null }],
    ['action as list', { action: ['ORDER_SETTLED'] }],
    ['filter, a field that does not exist', { filter: {} }],
  ])('is refused: %s', async (_case, body) => {
    expect(await messagesOf(UpdateWebhookDto, body)).not.toHaveLength(0);
  });
});

describe('the query of a list', () => {
  it('has defaults', async () => {
    expect(await read(PageQuery, {})).toEqual({
      pageNumber: 1,
      pageSize: 25,
      sortBy: 'createdAt',
      sortDirection: 'ASC',
    });
  });

  it('converts texts of digits to numbers', async () => {
    const query = { pageNumber: '3', pageSize: '100', sortBy: 'name', sortDirection: 'DESC' };
    expect(await read(PageQuery, query)).toEqual({ ...query, pageNumber: 3, pageSize: 100 });
  });

  it('accepts a sort direction in upper, lower or mixed case', async () => {
    for (const sortDirection of ['desc', 'Desc', 'DESC'])
      expect(await read(PageQuery, { sortDirection })).toMatchObject({ sortDirection: 'DESC' });
  });

  it('names the valid range of a page number in the message', async () => {
    for (const pageNumber of ['-1', '0', '1.5', 'x', '1000000001'])
      expect(await messagesOf(PageQuery, { pageNumber })).toEqual([
        'pageNumber must be an integer from 1 to 1000000000',
      ]);
  });

  it.each([
    [
      'pageNumber',
      ['0', '-1', '1.0', '1e1', '0x1', ' 1', '01', '', 'abc', '1000000001', '9'.repeat(40), ['1', '2']],
    ],
    ['pageSize', ['0', '101', '-5', '1,5', 'NaN', 'Infinity', '', ['1', '2'], { a: '1' }]],
    ['sortBy', ['id', 'NAME', 'name; DROP TABLE x', 'name DESC', 'constructor', '', ['name'], 'tenantUid']],
    ['sortDirection', ['up', 'ASC, id', 'ASC NULLS FIRST', '', ['ASC']]],
    ['sort', ['name']],
  ])('refuses values that are not valid for %s', async (name, values) => {
    for (const value of values) expect(await messagesOf(PageQuery, { [name]: value })).not.toHaveLength(0);
  });
});

describe('the query of the delivery log', () => {
  it('accepts every filter, and converts instants to milliseconds', async () => {
    const query = {
      pageSize: '50',
      cursor: 'x.y',
      httpTransportUid: 'erp',
      webhookUid: 'orders',
      action: 'GIFT_CARD_9',
      status: 'FAILED',
      eventUid: 'e-1',
    };
    const instants = { createdFrom: '2026-03-14T10:26:53.589+01:00', createdTo: '2026-03-14T09:26:54Z' };
    expect(await read(DeliveryQueryDto, { ...query, ...instants })).toEqual({
      ...query,
      pageSize: 50,
      createdFrom: Date.UTC(2026, 2, 14, 9, 26, 53, 589),
      createdTo: Date.UTC(2026, 2, 14, 9, 26, 54),
    });
  });

  it('accepts the last day of February in a leap year', async () => {
    expect(await read(DeliveryQueryDto, { createdFrom: '2028-02-29T23:59:59.9+23:59' })).toMatchObject({
      createdFrom: Date.UTC(2028, 1, 29, 0, 0, 59, 900),
    });
  });

  it.each([
    [
      'createdFrom',
      [
        '1',
        '2026',
        '2026-03-14',
        '2026-03-14T09:26:53',
        '2026-13-01T00:00:00Z',
        '2026-02-30T00:00:00Z',
        '2026-02-29T00:00:00+01:00',
        '2026-04-31T00:00:00.000Z',
        '2026-03-14T24:00:00Z',
        '2026-03-14T09:60:00Z',
        '2026-03-14T09:26:53+24:00',
        '2026-03-14T09:26:53+01:60',
        'yesterday',
        ['2026-03-14T09:26:54Z'],
      ],
    ],
    ['status', ['failed', 'DONE', '', ['FAILED', 'PENDING']]],
    ['action', ['ORDER_*', '*', 'order', "X' OR 1=1", 'A'.repeat(65)]],
    ['eventUid', ['a b', '', 'a\0']],
    ['cursor', ['', 'x'.repeat(65), ['a', 'b']]],
    ['pageNumber', ['1']],
  ])('refuses values that are not valid for %s', async (name, values) => {
    for (const value of values)
      expect(await messagesOf(DeliveryQueryDto, { [name]: value })).not.toHaveLength(0);
  });
});

describe('the query of transports', () => {
  it('accepts only the texts true and false for a flag', async () => {
    expect(await read(HttpTransportQueryDto, { failing: 'true' })).toMatchObject({ failing: true });
    expect(await read(HttpTransportQueryDto, { failing: 'false' })).toMatchObject({ failing: false });
    for (const failing of ['perhaps', ['true', 'false']])
      expect(await messagesOf(HttpTransportQueryDto, { failing })).toEqual([
        'failing must be a boolean value',
      ]);
  });
});

describe('the body of a replay', () => {
  it('accepts a time only as text, and not as a number', async () => {
    const since = '2026-03-14T09:26:53Z';
    expect(await read(ReplayDto, { since })).toMatchObject({ since: Date.parse(since) });
    for (const number of [2026, Date.parse(since)])
      expect(await messagesOf(ReplayDto, { since: number })).toEqual([
        expect.stringMatching(/^since must be/),
      ]);
  });
});
