/**
 * Parts of `disableAfterHours`, in percent. When all attempts to a transport have failed for one of these parts, the tenant is
 * warned that the transport will be disabled.
 */
const WARN_AT = [75, 50, 25] as const;

/**
 * The last warning that is due for a failing transport.
 *
 * @param failingMs how long every attempt has failed, in ms
 * @param disableAfterMs how long a transport fails before it is disabled, in ms
 * @returns 25, 50 or 75 percent of `disableAfterMs`; 0: none is due yet
 */
export const failingPercent = (failingMs: number, disableAfterMs: number): number =>
  WARN_AT.find((percent) => failingMs * 100 >= percent * disableAfterMs) ?? 0;
