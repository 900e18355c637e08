import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../api/client.ts';
import { useNavigation } from './navigation.tsx';
import { usePortal } from './portal-context.tsx';

/** Endpoints that are read when the first name is asked for: the newest ones, which most lists are about. */
const FIRST = 100;
/** Requests for single names that run at once. */
const AT_ONCE = 3;
/** How long a row has to stay before its name is read, in ms. Rows that pass by while somebody scrolls are gone before. */
const STAYS_MS = 150;

/** The names of a tenant's endpoints by their ids. Each is read once while the page is open; a deleted one has none. */
class EndpointNames {
  readonly #names = new Map<string, string | null>();
  readonly #waiting = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #running = 0;
  #first: Promise<boolean> | undefined;

  constructor(
    private readonly api: Api,
    private readonly tenantUid: string,
  ) {}

  /** @returns null: the endpoint has no name, because it was deleted; undefined: it is not known yet */
  nameOf(uid: string): string | null | undefined {
    return this.#names.get(uid);
  }

  /** @returns a function that stops the calls of the listener */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for a name. The listeners are called when it is known. */
  want(uid: string): void {
    this.#waiting.add(uid);
    this.#first ??= this.#read({ pageSize: FIRST });
    void this.#first.then(() => this.#readNext());
  }

  #readNext(): void {
    for (const uid of this.#waiting) {
      if (this.#running >= AT_ONCE) return;
      this.#waiting.delete(uid);
      if (this.#names.has(uid)) continue;
      this.#running += 1;
      // A search instead of the route of the endpoint: a deleted one is an empty list, and no error in the browser's log.
      void this.#read({ search: uid, pageSize: FIRST }).then((isRead) => {
        if (isRead && !this.#names.has(uid)) this.#names.set(uid, null);
        this.#running -= 1;
        this.#readNext();
      });
    }
  }

  /** @returns false: the request failed, so nothing is known about the names */
  async #read(query: { search?: string; pageSize: number }): Promise<boolean> {
    try {
      const { data } = await this.api.GET('/tenants/{tenantUid}/httptransports', {
        params: { path: { tenantUid: this.tenantUid }, query },
      });
      for (const { httpTransportUid, name } of data!.items) this.#names.set(httpTransportUid, name);
      for (const listener of this.#listeners) listener();
      return true;
    } catch {
      // The id is shown instead of the name. A row that appears later asks again.
      return false;
    }
  }
}

const known = new WeakMap<Api, Map<string, EndpointNames>>();

function namesOf(api: Api, tenantUid: string): EndpointNames {
  const ofApi = known.get(api) ?? new Map<string, EndpointNames>();
  known.set(api, ofApi);
  const names = ofApi.get(tenantUid) ?? new EndpointNames(api, tenantUid);
  ofApi.set(tenantUid, names);
  return names;
}

/** The name of an endpoint, or its id as long as the name is not known. */
export function useEndpointName(uid: string): string {
  const { api } = usePortal();
  const { tenantUid } = useNavigation();
  const names = namesOf(api, tenantUid);
  const [, redraw] = useState(0);
  useEffect(() => names.onChange(() => redraw((count) => count + 1)), [names]);
  const name = names.nameOf(uid);
  useEffect(() => {
    if (name !== undefined) return undefined;
    const timer = setTimeout(() => names.want(uid), STAYS_MS);
    return () => clearTimeout(timer);
  }, [names, uid, name]);
  return name ?? uid;
}
