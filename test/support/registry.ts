import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

const ADVISORIES = '/-/npm/v1/security/advisories/bulk';

/** The routes of a package registry that `npm audit` uses, on loopback. */
export class Registry {
  /** The packages whose advisories were requested. */
  readonly asked: string[] = [];
  #versions: Record<string, string[]> = {};
  readonly #server = createServer((request, response) => void this.#respond(request, response));

  private constructor(
    private readonly advisories: Record<string, object[]>,
    private readonly status: number,
  ) {}

  /** @param status status of every response; with any other than 200, responses have no body */
  static async start(advisories: Record<string, object[]>, status = 200): Promise<Registry> {
    const registry = new Registry(advisories, status);
    registry.#server.listen(0, '127.0.0.1');
    await once(registry.#server, 'listening');
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.status !== 200) return void response.writeHead(this.status).end();
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(request.url === ADVISORIES ? await this.#known(request) : this.#packument(request)),
    );
  }

  /** The advisories of the requested packages. */
  async #known(request: IncomingMessage): Promise<object> {
    this.#versions = (await json(request.pipe(createGunzip()))) as Record<string, string[]>;
    this.asked.push(...Object.keys(this.#versions));
    return Object.fromEntries(Object.entries(this.advisories).filter(([name]) => name in this.#versions));
  }

  /** The versions of a package: only the installed ones. */
  #packument({ url }: IncomingMessage): object {
    const name = decodeURIComponent(url!.slice(1));
    const versions = this.#versions[name] ?? [];
    return {
      name,
      'dist-tags': { latest: versions[0] },
      versions: Object.fromEntries(versions.map((version) => [version, { name, version }])),
    };
  }
}
