import { inspect, types } from 'node:util';

/** A text or some bytes, and the way that leads there: `app.container.modules…`. */
export interface Reachable {
  readonly path: string;
  readonly value: string | Uint8Array;
}

/**
 * Everything that printing `root` could show, at any depth: texts and bytes in properties (hidden ones and those named
 * by symbols too), in collections and in settled promises. Private members and closures cannot be reached.
 */
export function reachableFrom(root: object, name: string): Reachable[] {
  const found: Reachable[] = [];
  const seen = new Set<unknown>([globalThis, process]);
  const queue: [value: unknown, path: string][] = [[root, name]];
  for (let at = 0; at < queue.length; at++) {
    const [value, path] = queue[at]!;
    if (typeof value === 'string') {
      found.push({ path, value });
      continue;
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
      continue;
    seen.add(value);
    if (types.isUint8Array(value)) {
      found.push({ path, value });
      continue;
    }
    if (types.isPromise(value)) found.push({ path, value: inspect(value, { depth: 5 }) });
    if (types.isMap(value)) {
      for (const [key, entry] of value) queue.push([key, `${path}<key>`], [entry, `${path}<${nameOf(key)}>`]);
    }
    if (types.isSet(value)) for (const entry of value) queue.push([entry, `${path}<entry>`]);
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property && 'value' in property) queue.push([property.value, `${path}.${String(key)}`]);
    }
  }
  return found;
}

const nameOf = (key: unknown): string => (typeof key === 'function' ? key.name : String(key));
