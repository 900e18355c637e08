import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BASES, EXPLANATIONS, OUTCOMES } from '../../../lib/admin/events/explain-webhook.js';
import { WAIT_CAUSES } from '../../../lib/admin/events/waits.js';
import { LANE_STATES } from '../../../lib/admin/operator/lane.dto.js';
import { AUDIT_KINDS, OPERATOR_AUDIT_KINDS } from '../../../lib/domain/audit.js';
import { DELIVERY_STATUSES } from '../../../lib/domain/delivery-status.js';
import { NOTIFICATION_ACTIONS } from '../../../lib/domain/notification-actions.js';
import { RECOVERY_KINDS, RECOVERY_STATES } from '../../../lib/domain/recovery.js';

type Message = string | Record<string, string>;

const FOLDER = path.resolve('portal/messages');
const LANGUAGES = readdirSync(FOLDER);

const messagesOf = (language: string): Record<string, Message> =>
  Object.assign(
    {},
    ...readdirSync(path.join(FOLDER, language)).map(
      (file) => JSON.parse(readFileSync(path.join(FOLDER, language, file), 'utf8')) as object,
    ),
  ) as Record<string, Message>;

/** Names of the values that a text contains, over all of its plural forms. */
const valuesOf = (message: Message): string[] => [
  ...new Set([...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)),
];

describe.each(LANGUAGES)('the texts of the portal in %s', (language) => {
  const messages = messagesOf(language);

  it('are complete, and contain the same values as the English ones', () => {
    const shapeOf = (all: Record<string, Message>) =>
      Object.fromEntries(Object.entries(all).map(([key, message]) => [key, valuesOf(message).sort()]));
    expect(shapeOf(messages)).toEqual(shapeOf(messagesOf('en')));
  });

  it.each([
    ['status', DELIVERY_STATUSES],
    ['audit', AUDIT_KINDS],
    ['wait', WAIT_CAUSES],
    ['outcome', OUTCOMES],
    ['explanation', EXPLANATIONS],
    ['basis', BASES],
    ['recoveryKind', RECOVERY_KINDS],
    ['recoveryState', RECOVERY_STATES],
    ['operatorAudit', OPERATOR_AUDIT_KINDS],
    ['laneState', LANE_STATES],
    ['notification', Object.keys(NOTIFICATION_ACTIONS)],
  ] as const)('explain every %s of the API', (group, codes) => {
    expect(codes.filter((code) => !(`${group}.${code}` in messages))).toEqual([]);
  });
});
