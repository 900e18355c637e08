import { isDate } from 'node:util/types';
import { PayloadInvalidError, PayloadTooLargeError } from '../errors/emit.errors.js';

/** Limits of a payload. */
export interface JsonLimits {
  readonly maxBytes: number;
  /** Maximum nesting depth of objects and arrays, including the payload itself. */
  readonly maxDepth: number;
}

/** Whether a value is a plain object, as a literal makes it: not an instance of a class. It may come from another realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** The value that `JSON.stringify` writes for an object: the result of its `toJSON`, if it has one. */
export function jsonFormOf(value: object, key: string): unknown {
  return hasToJson(value) ? value.toJSON(key) : value;
}

/**
 * Makes sure that `JSON.stringify` would write all of a payload. Without this check, `JSON.stringify` drops functions and
 * symbols. It writes a Map, a Set, a RegExp or a forgotten Promise as `{}`, and NaN, Infinity and an invalid Date as `null`.
 * If a member of an object is `undefined`, it is left out, as everywhere in JSON. If an element of an array is `undefined`,
 * the payload is refused, since JSON would write the element as `null`.
 *
 * The work is bounded: the check ends as soon as it is certain that the text is longer than `maxBytes`. Without that limit it
 * could take very long, because a few objects that share others can have a huge text.
 *
 * @throws {PayloadInvalidError} with the path of the first value that would be lost or cannot be written
 * @throws {PayloadTooLargeError} if the text is longer than `maxBytes`
 */
export function checkJson(payload: object, limits: JsonLimits): void {
  new JsonCheck(limits).visit(payload, '');
}

const CYCLIC = 'leads back to itself: a payload must not be cyclic.';

class JsonCheck {
  /** A lower bound of the text's length so far, in bytes. */
  #bytes = 0;
  readonly #path: string[] = [];
  readonly #ancestors: object[] = [];

  constructor(private readonly limits: JsonLimits) {}

  visit(value: unknown, key: string): void {
    switch (typeof value) {
      case 'string':
        return this.#count(value.length + 2);
      case 'boolean':
        return this.#count(4);
      case 'number':
        return Number.isFinite(value)
          ? this.#count(1)
          : this.#refuse(key, `is ${value}: pass a number, or null.`);
      case 'bigint':
        return this.#refuse(key, 'is a BigInt, which JSON has no form for: pass a string.');
      case 'object':
        return value === null ? this.#count(4) : this.#visitObject(value, key);
      default:
        return this.#refuse(key, `is a ${typeof value}, which JSON has no form for: leave it out.`);
    }
  }

  #visitObject(value: object, key: string): void {
    if (isDate(value) && Number.isNaN(value.getTime())) {
      this.#refuse(key, 'is an invalid Date: pass a valid one, or null.');
    }
    const json = jsonFormOf(value, key);
    if (json === undefined)
      this.#refuse(key, 'has a toJSON() that returns undefined, so that it would be left out.');
    // The result of a toJSON() is checked as it is: JSON.stringify does not call toJSON() on it again.
    if (typeof json !== 'object' || json === null) return this.visit(json, key);
    if (!Array.isArray(json) && !isPlainObject(json)) {
      this.#refuse(key, `is a ${classOf(json)}: pass a plain object, or give the class a toJSON().`);
    }
    if (this.#ancestors.length === this.limits.maxDepth) {
      this.#refuseCycle([...this.#ancestors, json], [...this.#path, key]);
      this.#refuse(key, `is nested deeper than ${this.limits.maxDepth} levels.`);
    }
    this.#descend(json, key);
  }

  #descend(json: object, key: string): void {
    this.#ancestors.push(json);
    this.#path.push(key);
    this.#count(2);
    if (Array.isArray(json)) {
      for (let index = 0; index < json.length; index++) this.#visitElement(json[index], String(index));
    } else {
      for (const name of Object.keys(json)) {
        const member = (json as Record<string, unknown>)[name];
        if (member === undefined) continue;
        this.#count(name.length + 3);
        this.visit(member, name);
      }
    }
    this.#path.pop();
    this.#ancestors.pop();
  }

  #visitElement(element: unknown, index: string): void {
    if (element === undefined)
      this.#refuse(index, 'is undefined, which JSON would write as null: pass null, or leave it out.');
    this.visit(element, index);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.limits.maxBytes) return;
    this.#refuseCycle(this.#ancestors, this.#path);
    throw new PayloadTooLargeError(this.limits.maxBytes);
  }

  /**
   * Refuses a payload that contains itself, with the path of the first member that leads back. It is called only when a limit
   * was reached. Every cycle reaches a limit, so a valid payload is never searched for cycles.
   *
   * @param path the key of each of the objects
   */
  #refuseCycle(objects: readonly object[], path: readonly string[]): void {
    const repeated = objects.findIndex((object, index) => objects.indexOf(object) < index);
    if (repeated !== -1) throw invalid(path.slice(0, repeated + 1), CYCLIC);
  }

  #refuse(key: string, problem: string): never {
    throw invalid([...this.#path, key], problem);
  }
}

/** The payload itself has the key '', which is not part of a path. */
const invalid = (path: readonly string[], problem: string): PayloadInvalidError =>
  new PayloadInvalidError(path.slice(1).join('.'), problem);

const hasToJson = (value: object): value is { toJSON(key: string): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

const classOf = (value: object): string =>
  (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name ??
  'class instance';
