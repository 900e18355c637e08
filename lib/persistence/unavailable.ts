/** Errors of the socket, and SQLSTATE classes 08 (connection), 57P (shut down) and 53 (out of connections). */
const CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08|57P|53)/;
/** What `pg` says without a code. */
const MESSAGES =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable/i;

/** Whether it says that the database is away. By shape and not by class: errors of drivers come from other realms (jest's, say). */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, driverError, message } = error as {
    code?: unknown;
    driverError?: unknown;
    message?: unknown;
  };
  return (
    (typeof code === 'string' && CODES.test(code)) ||
    (typeof message === 'string' && MESSAGES.test(message)) ||
    isUnavailable(driverError)
  );
}
