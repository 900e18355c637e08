/** A place in the portal: a path of segments, and a query. Both are in the URL's fragment, so the server needs no routes. */
export interface Route {
  /**
   * Decoded segments, e.g. `['shop', 'deliveries', 'dlv_1']`. In the portal, the first one is the tenant. In the operator console,
   * the first one is the page.
   */
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** Reads the fragment of a URL, e.g. `#/shop/deliveries?status=FAILED`. A fragment that is not a path is a place without segments. */
export function routeOf(fragment: string): Route {
  const [, path = '', query = ''] = /^#?(\/[^?]*)\??(.*)$/.exec(fragment) ?? [];
  return {
    segments: path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** Writes a place as a fragment. Values that are undefined or empty are left out of the query. */
export function fragmentOf(
  segments: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(entries).toString();
  return `#/${segments.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
