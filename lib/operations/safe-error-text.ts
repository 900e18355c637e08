import { classify } from '../persistence/errors/driver-errors.js';

/** Maximum number of characters of a message that are shown. */
const MOST_SHOWN = 200;
/** Data exceptions and integrity violations (SQLSTATE classes 22 and 23): their messages repeat stored values. */
const ABOUT_VALUES = /^2[23]...$/;
const CREDENTIALS = /\/\/[^/@\s]*@/g;

/**
 * The text of an error for a health route, in one line: at most 200 characters of its message, and its code. It contains no
 * stored values and no credentials of a URL.
 */
export function safeErrorText(error: unknown): string {
  const { code, message } = shapeOf(error);
  if (code !== undefined && ABOUT_VALUES.test(code)) return `The database refused a value (${code}).`;
  const text = (message ?? classify(error)).replace(CREDENTIALS, '//***@').replace(/\s+/g, ' ').trim();
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
  return code === undefined || shown.includes(code) ? shown : `${shown} (${code})`;
}

/**
 * Checks the shape: a driver may be loaded in another realm, whose errors are not instances of this realm's `Error`.
 * TypeORM wraps the driver's error.
 */
function shapeOf(error: unknown): { code?: string | undefined; message?: string | undefined } {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { code, driverError, message } = error as Record<'code' | 'driverError' | 'message', unknown>;
  if (driverError !== undefined) return shapeOf(driverError);
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' && message !== '' ? message : undefined,
  };
}
