import { HeaderRefusedError } from '../errors/admin.errors.js';

/** A header that a tenant wants sent with every request. */
export interface TenantHeader {
  readonly key: string;
  readonly value: string;
}

const MAX_HEADERS = 20;
/** Maximum size of one header on the wire, name and value together. Each character is one byte. */
const MAX_HEADER_BYTES = 4 * 1024;

/** RFC 9110 `token`. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 `field-value`: visible ASCII, space, tab, and the upper half of latin1. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** These headers frame the message, control the connection, name the host or the sender, belong to this module, or carry a trace. */
const RESERVED_NAMES = new Set([
  'connection',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const RESERVED_PREFIXES = ['content-', 'proxy-', 'webhook-', 'x-forwarded-', 'x-webhook-'];

/**
 * Checks the headers of a transport when they are written, so that no header can make a request fail, change where it
 * ends, or imitate a header of the module.
 *
 * @param authorizationSet whether the transport's security type sends an `authorization` header of its own
 * @throws {HeaderRefusedError}
 */
export function assertTenantHeaders(
  headers: readonly TenantHeader[],
  { authorizationSet }: { authorizationSet: boolean },
): void {
  if (headers.length > MAX_HEADERS) {
    throw new HeaderRefusedError(undefined, `there may be at most ${MAX_HEADERS}`);
  }
  for (const { key, value } of headers) {
    checkName(key, authorizationSet);
    if (!FIELD_VALUE.test(value)) {
      throw new HeaderRefusedError(
        key,
        'its value may contain only Latin-1 characters, without line breaks and other control characters',
      );
    }
    if (key.length + value.length > MAX_HEADER_BYTES) {
      throw new HeaderRefusedError(key, `it is longer than ${MAX_HEADER_BYTES} bytes`);
    }
  }
}

function checkName(key: string, authorizationSet: boolean): void {
  if (!TOKEN.test(key)) {
    throw new HeaderRefusedError(key, "its name may contain only letters, digits and !#$%&'*+-.^_`|~");
  }
  const name = key.toLowerCase();
  if (RESERVED_NAMES.has(name) || RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix))) {
    throw new HeaderRefusedError(key, 'it is reserved for HTTP itself or for the webhook protocol');
  }
  if (name === 'authorization' && authorizationSet) {
    throw new HeaderRefusedError(key, 'the security type of the transport sets it');
  }
}
