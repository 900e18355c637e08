import { describe, expect, it } from '@jest/globals';
import { describeStart, type StartFacts } from '../../../lib/operations/describe-start.js';

const FACTS: StartFacts = {
  instance: undefined,
  database: 'PostgreSQL, schema "public"',
  worker: { concurrency: 64, isSending: true },
  adminPath: '/api/v2',
  allowsHttp: false,
  keyIds: ['2026-02', '2026-01'],
  environment: 'production',
  wakeUps: 'postgres',
  pollMs: 250,
};

describe('The log line at start-up', () => {
  it('names everything that a process has switched on', () => {
    expect(describeStart(FACTS)).toBe(
      'Webhooks started: PostgreSQL, schema "public"; worker on, up to 64 requests at once; admin API at /api/v2/tenants; ' +
        'https targets only; secrets encrypted with key "2026-02", also decrypted with "2026-01"; environment "production"; ' +
        'wake-ups by LISTEN and NOTIFY.',
    );
  });

  it.each<[string, Partial<StartFacts>]>([
    ['Webhooks "reports" started: ', { instance: 'reports' }],
    ['worker off', { worker: undefined }],
    ['deliveries switched off', { worker: { concurrency: 64, isSending: false } }],
    ['admin API off', { adminPath: undefined }],
    ['admin API at /tenants', { adminPath: '' }],
    ['http and https targets', { allowsHttp: true }],
    ['secrets stored in plain text', { keyIds: [] }],
    ['keys fetched when needed', { keyIds: undefined }],
    ['environment not set', { environment: undefined }],
    ['wake-ups by Redis', { wakeUps: 'redis' }],
    ['no wake-ups between processes, polling every 250 ms', { wakeUps: 'none' }],
  ])('says "%s"', (text, changes) => {
    expect(describeStart({ ...FACTS, ...changes })).toContain(text);
    expect(describeStart(FACTS)).not.toContain(text);
  });
});
