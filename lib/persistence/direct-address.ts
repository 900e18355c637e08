import { InvalidOptionError } from '../errors/invalid-option.error.js';

/** The direct address of the host's database, kept where neither `inspect` nor JSON shows it: it has a password. */
export class DirectAddress {
  readonly #url: string | undefined;

  /**
   * @param url undefined: the module connects as the host's data source does
   * @throws {InvalidOptionError} without the value, unless it is a PostgreSQL address that names a database
   */
  constructor(url: string | undefined) {
    if (url !== undefined && !isPostgresAddress(url)) {
      throw new InvalidOptionError(
        'database.url',
        '********',
        'set an address like postgres://user:password@host:5432/database, with the name of the database.',
      );
    }
    this.#url = url;
  }

  get url(): string | undefined {
    return this.#url;
  }
}

function isPostgresAddress(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, pathname } = new URL(url);
  return /^postgres(ql)?:$/.test(protocol) && pathname.length > 1;
}
