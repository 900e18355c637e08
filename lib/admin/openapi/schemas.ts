import { ApiSchema, type ApiSchemaOptions } from '@nestjs/swagger';

/** In front of the name of every schema of the admin API: a host has DTOs such as `Webhook` or `HttpTransport` of its own. */
const PREFIX = 'Webhooks';

/** Names the schema of a body that the admin API sends. New members may be added in a minor version. */
export const ResponseSchema = (name: string): ClassDecorator => ApiSchema({ name: PREFIX + name });

/**
 * Names the schema of an object that the admin API reads. Unknown members are refused, as `DtoPipe` does.
 *
 * @param nullable whether null may stand for the object. In OpenAPI 3.0 the schema itself has to say so: next to a `$ref`
 *   the keyword has no effect. Default: false
 */
export const RequestSchema = (
  name: string,
  { nullable = false }: { nullable?: boolean } = {},
): ClassDecorator => {
  // The type of the decorator lists fewer members of a schema than the decorator writes.
  const options: ApiSchemaOptions & { additionalProperties: false; nullable?: true } = {
    name: PREFIX + name,
    additionalProperties: false,
    ...(nullable && { nullable }),
  };
  return ApiSchema(options);
};

/** Text without control characters, as `IsPlainText` accepts it. */
export const PLAIN_TEXT_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** One word of visible ASCII characters, as `IsVisibleAscii` accepts it. */
export const VISIBLE_ASCII_PATTERN = '^[\\u0021-\\u007e]+$';

/** The same, or the empty text. */
export const VISIBLE_ASCII_OR_BLANK_PATTERN = '^[\\u0021-\\u007e]*$';
