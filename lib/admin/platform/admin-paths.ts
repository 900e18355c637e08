import { RequestMethod, type Type } from '@nestjs/common';
import { OPERATOR_PATH } from '../operator-path.js';

/** How the host has mounted the admin API. */
export interface Mount {
  /** The global prefix of the host, e.g. `api`. */
  readonly globalPrefix: string;
  /** Text before the version in a path, e.g. `v`; undefined unless the host puts versions into paths. */
  readonly versionPrefix: string | undefined;
  /** The module's own `path`. */
  readonly path: string;
}

/** The path parameters of the admin API. All of its paths are below a tenant, except the operator's, see `isOperator`. */
export interface AdminParams {
  readonly tenantUid: string;
}

/** A request to a path of the admin API with a method that the path does not support. */
export interface UnsupportedRequest {
  /** The values of the path's parameters, decoded. */
  readonly params: AdminParams;
  /** The methods that the path supports, as the header `allow` lists them. */
  readonly allow: string;
  /** Present if the path is an operator route. */
  readonly isOperator?: true;
}

/** Methods that the platform handles itself: HEAD with the GET handler, OPTIONS for CORS. */
const PLATFORM_METHODS: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS']);

interface Template {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly methods: Set<string>;
  readonly isOperator: boolean;
}

/** The paths of the admin API as the host serves them. `includes` tells them apart from the host's own routes. */
export class AdminPaths {
  readonly #templates = new Map<string, Template>();

  constructor(controllers: readonly Type[], mount: Mount) {
    for (const controller of controllers) {
      for (const { path, method } of routesOf(controller)) {
        const template = this.#templates.get(path) ?? templateOf(path, mount);
        this.#templates.set(path, template);
        template.methods.add(method);
      }
    }
  }

  /**
   * Whether a URL belongs to the admin API, whatever the method.
   *
   * @param url path and query, as in the request
   */
  includes(url: string): boolean {
    return this.#matches(url).length > 0;
  }

  /**
   * Finds out whether the module has to reject a request for which the host has no route.
   *
   * @returns undefined if the URL does not belong to the admin API or contains invalid percent-encoding, if the path supports the
   *   method, or if the method is HEAD or OPTIONS, which the platform handles
   */
  unsupported(method: string, url: string): UnsupportedRequest | undefined {
    const found = this.#matches(url);
    const methods = new Set(found.flatMap(({ template }) => [...template.methods]));
    const [first] = found;
    if (!first || methods.has(method) || PLATFORM_METHODS.has(method)) return undefined;
    try {
      const params = first.template.names.map((name, index) => [
        name,
        decodeURIComponent(first.values[index]!),
      ]);
      return {
        params: Object.fromEntries(params) as AdminParams,
        allow: [...methods].sort().join(', '),
        ...(first.template.isOperator && { isOperator: true }),
      };
    } catch {
      return undefined;
    }
  }

  /** A path can match several templates: `deliveries/redeliver` also matches `deliveries/:deliveryUid`. */
  #matches(url: string): { template: Template; values: string[] }[] {
    const [path = ''] = url.split(/[?#]/, 1);
    return [...this.#templates.values()].flatMap((template) => {
      const match = template.pattern.exec(path);
      return match ? { template, values: match.slice(1) } : [];
    });
  }
}

/** The routes of a controller, from the metadata by which Nest registers them. */
function routesOf(controller: Type): { path: string; method: string }[] {
  const base = Reflect.getMetadata('path', controller) as string;
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const method = Reflect.getMetadata('method', prototype[name]!) as RequestMethod | undefined;
    if (method === undefined) return [];
    const path = Reflect.getMetadata('path', prototype[name]!) as string;
    return [{ path: `${base}/${path}`, method: RequestMethod[method] }];
  });
}

function templateOf(path: string, { globalPrefix, versionPrefix, path: mountPath }: Mount): Template {
  const names: string[] = [];
  const own = segmentsOf(path).map((segment) => {
    if (!segment.startsWith(':')) return escaped(segment);
    names.push(segment.slice(1));
    return '([^/]+)';
  });
  // The host's own prefixes may contain parameters.
  const prefixOf = (text: string): string[] =>
    segmentsOf(text).map((segment) => (segment.startsWith(':') ? '[^/]+' : escaped(segment)));
  const version = versionPrefix === undefined ? '' : `(?:/${escaped(versionPrefix)}[^/]+)?`;
  const before = prefixOf(globalPrefix).map((segment) => `/${segment}`);
  const after = [...prefixOf(mountPath), ...own].map((segment) => `/${segment}`);
  return {
    pattern: new RegExp(`^${before.join('')}${version}${after.join('')}$`),
    names,
    methods: new Set(),
    isOperator: segmentsOf(path)[0] === OPERATOR_PATH,
  };
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
