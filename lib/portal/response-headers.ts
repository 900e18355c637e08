/** The members that the responses of Express and Fastify share. */
export interface AnyResponse {
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
}

/**
 * Sets headers of a response, and replaces those that the host has set, also by middleware.
 *
 * @param headers by name; undefined: the header is removed
 */
export function setHeaders(
  response: AnyResponse,
  headers: Readonly<Record<string, string | undefined>>,
): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) response.removeHeader(name);
    else response.header(name, value);
  }
}
