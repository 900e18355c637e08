/** The parts of a span context that the W3C header `traceparent` carries. */
export interface TraceParts {
  /** 32 hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all of them 0. */
  readonly spanId: string;
  /** Bit 0: the trace is sampled. */
  readonly traceFlags: number;
}

const PATTERN = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Length of a `traceparent` of version 00. */
export const TRACEPARENT_LENGTH = 55;

/** @returns null if the context is not valid, e.g. because no span is active */
export function formatTraceparent({ traceId, spanId, traceFlags }: TraceParts): string | null {
  // Only the flag "sampled": receivers need not know the others, and version 00 defines no more.
  const text = `00-${traceId}-${spanId}-0${traceFlags & 1}`;
  return PATTERN.test(text) ? text : null;
}

/** @returns undefined if the text is not a `traceparent` of version 00, the only version that the module writes */
export function parseTraceparent(text: string | null | undefined): TraceParts | undefined {
  const match = text ? PATTERN.exec(text) : null;
  return match
    ? { traceId: match[1]!, spanId: match[2]!, traceFlags: Number.parseInt(match[3]!, 16) & 1 }
    : undefined;
}
