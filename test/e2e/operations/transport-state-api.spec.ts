import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { storedTransport } from '../../support/stored-transport.js';

type Transport = Record<string, unknown> & { state: string; disabledReason: string | null };

const COMMANDS = ['pause', 'resume', 'disable', 'enable'] as const;
const PATH = '/httptransports/erp';

describe('the state of an HTTP transport', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(async () => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: 'https://erp.example.com',
      });
    });

    /** Carries out a command that has to succeed. */
    const run = async (command: string, body?: object): Promise<Transport> => {
      const response = await api.request<Transport>('POST', `${PATH}/${command}`, body);
      expect([command, response.status, response.body]).toEqual([command, 200, expect.any(Object)]);
      return response.body;
    };

    it('goes through all states, and each response is the transport as it is read afterwards', async () => {
      const states: [string, string][] = [
        ['pause', 'PAUSED'],
        ['resume', 'ACTIVE'],
        ['pause', 'PAUSED'],
        ['disable', 'DISABLED'],
        ['enable', 'ACTIVE'],
      ];
      for (const [command, state] of states) {
        const response = await run(command);
        expect([command, response.state]).toEqual([command, state]);
        expect((await api.get(PATH)).body).toEqual(response);
      }
    });

    it.each([
      [['pause'], 'pause'],
      [[], 'resume'],
      [['disable'], 'disable'],
      [[], 'enable'],
    ])('after %j stays as it is, to the last field, when %s is asked for', async (before, command) => {
      for (const earlier of before) await run(earlier);
      const present = await api.get(PATH);
      const { version } = await storedTransport(host(), tenantUid, 'erp');
      expect(await run(command)).toEqual(present.body);
      expect((await storedTransport(host(), tenantUid, 'erp')).version).toBe(version);
    });

    it.each([
      ['disable', 'pause', /disabled.*cannot be paused.*enable/i],
      ['disable', 'resume', /disabled.*cannot be resumed.*enable/i],
      ['pause', 'enable', /paused.*cannot be enabled.*resume/i],
    ])('after %s responds with 409 to %s, and nothing changes', async (before, command, message) => {
      const present = await run(before);
      const response = await api.request('POST', `${PATH}/${command}`);
      expect([response.status, response.body]).toEqual([
        409,
        {
          statusCode: 409,
          error: 'Conflict',
          code: 'TRANSPORT_STATE_CONFLICT',
          message: [expect.stringMatching(message)],
        },
      ]);
      expect((await api.get(PATH)).body).toEqual(present);
    });

    it('is disabled for the given reason, else for the present one, else for ADMIN', async () => {
      expect((await run('disable')).disabledReason).toBe('ADMIN');
      expect((await run('enable')).disabledReason).toBeNull();
      expect((await run('disable', { reason: 'Moved to another ERP' })).disabledReason).toBe(
        'Moved to another ERP',
      );
      expect((await run('disable', {})).disabledReason).toBe('Moved to another ERP');
      expect((await run('disable', { reason: 'x'.repeat(64) })).disabledReason).toHaveLength(64);
      expect((await run('enable')).disabledReason).toBeNull();
    });

    it.each([
      [{ reason: '' }],
      [{ reason: 'x'.repeat(65) }],
      [{ reason: null }],
      [{ reason: 7 }],
      [{ reason: 'a\nb' }],
      [{ reason: 'fine', state: 'DISABLED' }],
      [[]],
      ['"text"'],
    ])('is not disabled with the body %j', async (body) => {
      const response = await api.request<{ code: string }>('POST', `${PATH}/disable`, body);
      expect([response.status, (await api.get<Transport>(PATH)).body.state]).toEqual([400, 'ACTIVE']);
    });

    it('is 404 for a transport that does not exist, and 400 for a uid that is impossible', async () => {
      for (const command of COMMANDS) {
        const missing = await api.request<{ code: string }>('POST', `/httptransports/none/${command}`);
        expect([command, missing.status, missing.body.code]).toEqual([
          command,
          404,
          'HTTP_TRANSPORT_NOT_FOUND',
        ]);
        const impossible = await api.request('POST', `/httptransports/%20/${command}`);
        expect([command, impossible.status]).toEqual([command, 400]);
      }
    });

    it('permits commands and updates at the same time, and no command undoes an update', async () => {
      const responses = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          index % 4 === 3
            ? api.patch(PATH, { maxConcurrency: 1 + index })
            : api.request('POST', `${PATH}/${index % 2 === 0 ? 'pause' : 'resume'}`),
        ),
      );
      expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
      const { body } = await api.get<Transport>(PATH);
      expect(['ACTIVE', 'PAUSED']).toContain(body.state);
      expect([4, 8, 12]).toContain(body.maxConcurrency);
    });
  });
});
