import type { Endpoint, EndpointChange } from '../../api/types.ts';

/** The text that the API shows instead of a stored secret. In an update, it keeps the stored secret. */
export const MASK = '********';

/** The settings of an endpoint as the fields of the form show them. */
export interface Settings {
  readonly name: string;
  readonly url: string;
  readonly securityType: 'NONE' | 'BASIC_AUTH' | 'BEARER_TOKEN';
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly timeoutMs: string;
  readonly maxConcurrency: string;
  readonly rateRequests: string;
  readonly ratePerSeconds: string;
  /** Seconds, separated by spaces. */
  readonly schedule: string;
}

/** The API also knows other spellings of `BEARER_TOKEN`, and keeps them. */
const kindOf = (securityType: Endpoint['securityType']): Settings['securityType'] =>
  securityType === 'NONE' || securityType === 'BASIC_AUTH' ? securityType : 'BEARER_TOKEN';

export const settingsOf = (endpoint: Endpoint): Settings => ({
  name: endpoint.name,
  url: endpoint.url,
  securityType: kindOf(endpoint.securityType),
  username: endpoint.username ?? '',
  password: endpoint.password ?? '',
  token: endpoint.token ?? '',
  headers: endpoint.headers,
  timeoutMs: endpoint.timeoutMs?.toString() ?? '',
  maxConcurrency: endpoint.maxConcurrency?.toString() ?? '',
  rateRequests: endpoint.rateLimit?.requests.toString() ?? '',
  ratePerSeconds: endpoint.rateLimit?.perSeconds.toString() ?? '',
  schedule: endpoint.retryScheduleSeconds?.join(' ') ?? '',
});

/** The change that makes an endpoint have the settings: only fields that differ from the present ones. */
export function changeOf(endpoint: Endpoint, settings: Settings): EndpointChange {
  const before = settingsOf(endpoint);
  const differs = (...names: (keyof Settings)[]): boolean =>
    names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(settings[name]));
  const isBasic = settings.securityType === 'BASIC_AUTH';
  const isBearer = settings.securityType === 'BEARER_TOKEN';
  return {
    ...(differs('name') && { name: settings.name }),
    ...(differs('url') && { url: settings.url }),
    ...(differs('securityType', 'username', 'password', 'token') && {
      securityType: settings.securityType,
      username: isBasic ? settings.username : null,
      password: isBasic ? settings.password : null,
      token: isBearer ? settings.token : null,
    }),
    ...(differs('headers') && { headers: settings.headers.filter(({ key }) => key !== '') }),
    ...(differs('timeoutMs') && { timeoutMs: numberOrNull(settings.timeoutMs) }),
    ...(differs('maxConcurrency') && { maxConcurrency: numberOrNull(settings.maxConcurrency) }),
    ...(differs('rateRequests', 'ratePerSeconds') && {
      rateLimit:
        settings.rateRequests === ''
          ? null
          : { requests: Number(settings.rateRequests), perSeconds: Number(settings.ratePerSeconds || '1') },
    }),
    ...(differs('schedule') && {
      retryScheduleSeconds:
        settings.schedule.trim() === ''
          ? null
          : settings.schedule
              .trim()
              .split(/[\s,]+/)
              .map(Number),
    }),
  };
}

const numberOrNull = (text: string): number | null => (text === '' ? null : Number(text));
