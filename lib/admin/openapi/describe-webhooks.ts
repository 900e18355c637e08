import type { OpenAPIObject } from '@nestjs/swagger';
import { InvalidOptionError, unquoted } from '../../errors/start-up.errors.js';
import { OPERATOR_PATH } from '../operator-path.js';
import { SECURITY_SCHEME, TAGS, type WebhooksTagGroup } from './tags.js';

/** Options of `describeWebhooks`. */
export interface DescribeWebhooksOptions {
  /**
   * Name of the security scheme that the routes of the module require. If the document does not define it, it is
   * defined as an HTTP bearer scheme. Default: `bearer`.
   */
  readonly securityScheme?: string;
  /** Names of tags that replace the default names. */
  readonly tags?: Readonly<Partial<Record<WebhooksTagGroup, string>>>;
  /**
   * The mount to describe, for a host that mounts the module more than once. Routes of other mounts are not changed. Give the part
   * of the document's paths before `tenants` and `webhookoperations`, e.g. `v2`, or `api/v2` with the global prefix `api`. For a
   * mount without any prefix, give `/`. Default: all mounts.
   */
  readonly path?: string;
  /** Text in front of each operationId, so that the ids of two mounts differ, e.g. `partner_`. Default: none. */
  readonly operationIdPrefix?: string;
}

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const GROUPS = Object.keys(TAGS) as WebhooksTagGroup[];

/**
 * Completes the OpenAPI document of a host with information that decorators do not have: descriptions of the module's tags,
 * and the host's own names of tags and of the security scheme.
 *
 * ```ts
 * SwaggerModule.setup('docs', app, () => describeWebhooks(SwaggerModule.createDocument(app, config)));
 * ```
 *
 * @param document as `SwaggerModule.createDocument` returns it; it is not changed
 * @param options names to use instead of the defaults
 * @returns a document with the same routes. If the admin API is not mounted in this process (`controllers: false`), or not
 *   below `path`, the document is returned as it is
 * @throws {InvalidOptionError} if an option is unknown, or a name is not a text of at least one character
 */
export function describeWebhooks<Document extends OpenAPIObject>(
  document: Document,
  options: DescribeWebhooksOptions = {},
): Document {
  checkOptions(options);
  const { securityScheme = SECURITY_SCHEME, path, operationIdPrefix = '' } = options;
  const tagNames = new Map(
    GROUPS.map((group) => [TAGS[group].name, options.tags?.[group] ?? TAGS[group].name]),
  );
  const isDescribed = mountFilter(path);
  const used = new Set<string>();

  const described = (operation: Operation): Operation => {
    for (const tag of operation.tags ?? []) used.add(tag);
    return {
      ...operation,
      ...(operation.operationId && { operationId: operationIdPrefix + operation.operationId }),
      tags: operation.tags?.map((tag) => tagNames.get(tag) ?? tag),
      security: [{ [securityScheme]: [] }],
    };
  };
  const paths = mapValues(document.paths, (item, route) => {
    if (!isDescribed(route)) return item;
    const ours = METHODS.filter((method) => item[method] && isOurs(item[method]));
    return { ...item, ...Object.fromEntries(ours.map((method) => [method, described(item[method]!)])) };
  });
  if (used.size === 0) return document;
  return {
    ...document,
    paths,
    tags: withTags(document.tags ?? [], tagNames, used),
    components: {
      ...document.components,
      securitySchemes: {
        [securityScheme]: { type: 'http', scheme: 'bearer' },
        ...document.components?.securitySchemes,
      },
    },
  };
}

/**
 * A mount may be below another one, so the whole prefix is compared: the first segment after it must be `tenants` or
 * `webhookoperations`.
 */
function mountFilter(path: string | undefined): (route: string) => boolean {
  if (path === undefined) return () => true;
  const starts = ['tenants', OPERATOR_PATH].map((segment) => `/${path}/${segment}/`.replace(/\/+/g, '/'));
  return (route) => starts.some((start) => route.startsWith(start));
}

/** Error schema that all routes of the module use, and no route of a host. */
const ERROR_SCHEMA = '#/components/schemas/WebhooksApiError';

function isOurs({ responses }: Operation): boolean {
  const unauthenticated = responses['401'];
  if (!unauthenticated || '$ref' in unauthenticated) return false;
  const schema = unauthenticated.content?.['application/json']?.schema;
  return schema !== undefined && '$ref' in schema && schema.$ref === ERROR_SCHEMA;
}

/**
 * Adds the tags that operations have, so the portal's tag is added only if the portal is mounted. If the host has already
 * described a tag, its description is kept.
 */
function withTags(
  tags: NonNullable<OpenAPIObject['tags']>,
  tagNames: ReadonlyMap<string, string>,
  used: ReadonlySet<string>,
): NonNullable<OpenAPIObject['tags']> {
  const known = new Set(tags.map(({ name }) => name));
  const added = GROUPS.filter((group) => used.has(TAGS[group].name)).map((group) => ({
    ...TAGS[group],
    name: tagNames.get(TAGS[group].name)!,
  }));
  return [...tags, ...added.filter(({ name }) => !known.has(name) && known.add(name))];
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value, key: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

const OPTIONS: readonly string[] = ['securityScheme', 'tags', 'path', 'operationIdPrefix'];

function checkOptions({ tags = {}, ...names }: DescribeWebhooksOptions): void {
  checkNames('describeWebhooks', names, OPTIONS);
  checkNames('describeWebhooks.tags', tags, GROUPS);
}

function checkNames(where: string, names: object, known: readonly string[]): void {
  for (const [name, value] of Object.entries(names) as [string, unknown][]) {
    const option = `${where}.${name}`;
    if (!known.includes(name)) {
      throw new InvalidOptionError(
        option,
        unquoted('unknown'),
        `there is no such option. Known options: ${known.join(', ')}.`,
      );
    }
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new InvalidOptionError(
        option,
        value,
        'give a string of at least one character, or leave it out.',
      );
    }
  }
}
