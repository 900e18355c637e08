/** A request to the API that did not succeed. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  /**
   * @param status status code of the response; 0: there was none
   * @param code the API's code for the reason, e.g. `VALIDATION_FAILED`
   * @param messages explanations for people
   */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly messages: readonly string[],
  ) {
    super(messages.join('\n') || code);
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }
}

/** Reads the body of a response that reports an error. A proxy may have sent anything. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as { code?: unknown; message?: unknown };
  const messages = [body.message].flat().filter((text): text is string => typeof text === 'string');
  return new ApiProblem(
    response.status,
    typeof body.code === 'string' ? body.code : `HTTP_${response.status}`,
    messages,
  );
}
