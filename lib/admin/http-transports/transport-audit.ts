import { isDeepStrictEqual } from 'node:util';
import { differences, type AuditChange } from '../../domain/audit.js';
import { MASK } from '../masking.js';
import { EMPTY_DRAFT, type DraftHeader, type DraftSecret, type TransportDraft } from './transport-draft.js';

/** Settings that are not secret. */
const PLAIN = [
  'name',
  'url',
  'securityType',
  'username',
  'timeoutMs',
  'maxConcurrency',
  'rateLimit',
  'retryScheduleSeconds',
] as const;
const SECRET = ['password', 'token'] as const;

/** The changes of a new transport, from nothing. */
export const creationOf = (draft: TransportDraft): AuditChange[] => [
  ...differences(PLAIN.map((field) => ({ field, from: null, to: draft[field] }))),
  ...secretChanges(EMPTY_DRAFT, draft),
  { field: 'signingSecret', from: null, to: MASK },
];

/** The changes of a transport. A secret that was replaced by another one changes from the mask to the mask. */
export const changesOf = (before: TransportDraft, after: TransportDraft): AuditChange[] => [
  ...differences(PLAIN.map((field) => ({ field, from: before[field], to: after[field] }))),
  ...secretChanges(before, after),
];

function secretChanges(before: TransportDraft, after: TransportDraft): AuditChange[] {
  const keys = new Map([...before.headers, ...after.headers].map(({ key }) => [key.toLowerCase(), key]));
  const pairs: [field: string, from: DraftSecret | null, to: DraftSecret | null][] = [
    ...SECRET.map((field): [string, DraftSecret | null, DraftSecret | null] => [
      field,
      before[field],
      after[field],
    ]),
    ...[...keys].map(([name, key]): [string, DraftSecret | null, DraftSecret | null] => [
      `headers.${key}`,
      valueOf(before.headers, name),
      valueOf(after.headers, name),
    ]),
  ];
  return pairs
    .filter(([, from, to]) => !isDeepStrictEqual(from, to))
    .map(([field, from, to]) => ({ field, from: from && MASK, to: to && MASK }));
}

const valueOf = (headers: readonly DraftHeader[], name: string): DraftSecret | null =>
  headers.find(({ key }) => key.toLowerCase() === name)?.value ?? null;
