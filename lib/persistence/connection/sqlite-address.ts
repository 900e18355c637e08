import { InvalidOptionError } from '../../errors/start-up.errors.js';

const SCHEME = 'sqlite:';
/** Characters that have a meaning in a URL, and control characters, which do not occur in file names on purpose. */
const NOT_IN_A_PATH = /[?#%]|\p{Cc}/u;

/** Whether an address has the scheme of a SQLite file; it may still be malformed. */
export const isSqliteAddress = (url: string): boolean => url.startsWith(SCHEME);

/**
 * The path in an address such as `sqlite:./webhooks.db` (relative to the working directory) or
 * `sqlite:/var/lib/shop/webhooks.db`.
 *
 * The path is used as written, without percent-decoding. An authority is rejected, because libraries disagree on whether
 * `sqlite:///file` is relative or absolute.
 *
 * @throws {InvalidOptionError} naming `database.url`
 */
export function sqliteFileOf(url: string): string {
  const file = url.slice(SCHEME.length);
  if (file.startsWith('//')) throw refused(url, 'the path must not begin with "//"');
  if (file.trim() !== file || NOT_IN_A_PATH.test(file))
    throw refused(
      url,
      'the path must not contain "?", "#", "%" or control characters, and must not begin or end with white space',
    );
  if (file === '' || /[\\/]$/.test(file) || file.startsWith('file:'))
    throw refused(url, 'the path must name a file');
  return file;
}

/** The message shows the value, which contains no password. */
const refused = (url: string, reason: string): InvalidOptionError =>
  new InvalidOptionError(
    'database.url',
    url,
    `${reason}. Set sqlite:./webhooks.db (relative to the working directory) or sqlite:/absolute/path/webhooks.db.`,
  );
