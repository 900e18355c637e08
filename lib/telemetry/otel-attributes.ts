import type { AttemptFacts, AttemptResultFacts, EmitFacts } from './facts.js';

/** Attributes of a span or of a data point. */
export type Attributes = Record<string, string | number>;

/** Value of `messaging.system`. */
export const SYSTEM = 'tillhook';

/** Value of `error.type` for an error without a code; the semantic conventions define it. */
const OTHER = '_OTHER';
const CODE = /^[A-Za-z0-9_]{1,64}$/;

/** `error.type`: the code of an error. Messages are never used: they may contain values. */
export function errorTypeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && CODE.test(code) ? code : OTHER;
}

/** Attributes of an emit, as the semantic conventions for messaging define them. */
export function emitAttributes(events: readonly EmitFacts[]): Attributes {
  const [first] = events;
  const action = commonActionOf(events);
  return {
    'messaging.system': SYSTEM,
    'messaging.operation.name': 'emit',
    'messaging.operation.type': 'send',
    ...(action !== undefined && { 'messaging.destination.name': action }),
    ...(first && { 'tillhook.tenant.uid': first.tenantUid }),
    ...(events.length === 1
      ? { 'messaging.message.id': first!.eventUid }
      : { 'messaging.batch.message_count': events.length }),
  };
}

/** The action of events that all have the same one; undefined: they have several. */
export function commonActionOf(events: readonly EmitFacts[]): string | undefined {
  const action = events[0]?.action;
  return events.every((event) => event.action === action) ? action : undefined;
}

/**
 * Attributes of an attempt when it starts. The URL is left out except for scheme, host and port: its path and its query
 * belong to the tenant and may contain credentials.
 */
export function attemptAttributes({ event, url, ...facts }: AttemptFacts): Attributes {
  return {
    'messaging.system': SYSTEM,
    'messaging.operation.name': 'deliver',
    ...(event && { 'messaging.destination.name': event.action, 'messaging.message.id': event.eventUid }),
    'tillhook.tenant.uid': facts.tenantUid,
    'tillhook.http_transport.uid': facts.httpTransportUid,
    'tillhook.delivery.uid': facts.deliveryUid,
    'tillhook.attempt': facts.attempt,
    'http.request.method': 'POST',
    ...(facts.attempt > 1 && { 'http.request.resend_count': facts.attempt - 1 }),
    ...(url && {
      'url.scheme': url.origin.slice(0, url.origin.indexOf(':')),
      'server.address': url.hostname,
      'server.port': url.port,
    }),
  };
}

/** Attributes of an attempt when it ends. */
export const resultAttributes = (result: AttemptResultFacts): Attributes => ({
  'tillhook.outcome': result.outcome,
  ...(result.responseStatusCode !== null && { 'http.response.status_code': result.responseStatusCode }),
  ...errorAttribute(result, String(result.responseStatusCode)),
});

/**
 * Attributes of the counters of attempts. Receivers choose the status code, so only its class is used: the number of time
 * series stays small.
 */
export const countedAttributes = (result: AttemptResultFacts): Attributes => {
  const { outcome, responseStatusCode } = result;
  const statusClass = responseStatusCode === null ? undefined : `${Math.floor(responseStatusCode / 100)}xx`;
  return {
    'tillhook.outcome': outcome,
    ...(statusClass !== undefined && { 'tillhook.response.class': statusClass }),
    ...errorAttribute(result, statusClass ?? OTHER),
  };
};

/** `error.type`: the code of the error, or the status of the response that is not a success. */
const errorAttribute = ({ outcome, errorCode }: AttemptResultFacts, status: string): Attributes =>
  outcome === 'delivered' ? {} : { 'error.type': errorCode ?? status };
