import { ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';

/** Prefix of the name of every schema of the admin API: a host may have its own DTOs named `Webhook` or `HttpTransport`. */
const PREFIX = 'Webhooks';

/**
 * Names the schema of a response body of the admin API. New members may be added in a minor version.
 *
 * @param nullable as for `RequestSchema`
 */
export const ResponseSchema = (
  name: string,
  { nullable = false }: { nullable?: boolean } = {},
): ClassDecorator => {
  const options: ApiSchemaOptions & { nullable?: true } = {
    name: PREFIX + name,
    ...(nullable && { nullable }),
  };
  return ApiSchema(options);
};

/**
 * Names the schema of an object in a request to the admin API. The schema allows no unknown members, because `DtoPipe` rejects
 * them.
 *
 * @param nullable whether null may replace the object. In OpenAPI 3.0 the schema itself has to allow it: next to a `$ref`
 *   the keyword has no effect. Default: false
 */
export const RequestSchema = (
  name: string,
  { nullable = false }: { nullable?: boolean } = {},
): ClassDecorator => {
  // The decorator writes more members of a schema than its type lists.
  const options: ApiSchemaOptions & { additionalProperties: false; nullable?: true } = {
    name: PREFIX + name,
    additionalProperties: false,
    ...(nullable && { nullable }),
  };
  return ApiSchema(options);
};

/** Text without control characters, as `IsPlainText` accepts it. */
export const PLAIN_TEXT_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** Visible ASCII characters without spaces, as `IsVisibleAscii` accepts them. */
export const VISIBLE_ASCII_PATTERN = '^[\\u0021-\\u007e]+$';

/** Visible ASCII characters without spaces, or the empty text. */
export const VISIBLE_ASCII_OR_BLANK_PATTERN = '^[\\u0021-\\u007e]*$';
