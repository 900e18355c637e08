import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildEnvelope, MAX_BODY_BYTES, MAX_PAYLOAD_DEPTH } from '../../../lib/domain/envelope.js';
import { PayloadInvalidError, PayloadTooLargeError } from '../../../lib/errors/emit.errors.js';

const build = (data: unknown): string => buildEnvelope('ORDER_SETTLED', '7', data as object);

/** The path and message of the PayloadInvalidError that `data` is refused with. */
const refusal = (data: unknown): { path: string; message: string } => {
  try {
    build(data);
  } catch (error) {
    expect(error).toBeInstanceOf(PayloadInvalidError);
    const { path, message } = error as PayloadInvalidError;
    return { path, message };
  }
  throw new Error('was not refused');
};

const nested = (levels: number): object => (levels === 1 ? {} : { inner: nested(levels - 1) });

const dataArbitrary = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
  .map(({ action: _action, tenant: _tenant, ...data }) => data);

describe('buildEnvelope', () => {
  it('writes the documented body, byte for byte', () => {
    const data = {
      tenant: { Id: 7 },
      store: { Id: 1, Uid: '70' },
      order: { Id: 7123, Uid: '700' },
      tenantUser: { Id: 7, Uid: '9' },
    };
    expect(build(data)).toBe(
      '{"action":"ORDER_SETTLED","tenant":{"Id":7,"Uid":"7"},"store":{"Id":1,"Uid":"70"},' +
        '"order":{"Id":7123,"Uid":"700"},"tenantUser":{"Id":7,"Uid":"9"}}',
    );
  });

  it('names the tenant by its uid alone when the payload has no tenant', () => {
    expect(build({})).toBe('{"action":"ORDER_SETTLED","tenant":{"Uid":"7"}}');
    expect(build({ tenant: undefined, a: 1 })).toBe('{"action":"ORDER_SETTLED","tenant":{"Uid":"7"},"a":1}');
    expect(build({ tenant: {} })).toBe('{"action":"ORDER_SETTLED","tenant":{"Uid":"7"}}');
    expect(build({ tenant: { Id: undefined } })).toBe('{"action":"ORDER_SETTLED","tenant":{"Uid":"7"}}');
  });

  it('replaces the uid of another tenant in a payload', () => {
    expect(build({ tenant: { Uid: 'other', Id: 7 } })).toBe(
      '{"action":"ORDER_SETTLED","tenant":{"Id":7,"Uid":"7"}}',
    );
  });

  it('replaces the uid of another tenant in the result of toJSON', () => {
    const data = { toJSON: () => ({ tenant: { Uid: 'other', Id: 7 }, a: 1 }) };
    expect(build(data)).toBe('{"action":"ORDER_SETTLED","tenant":{"Id":7,"Uid":"7"},"a":1}');
  });

  it('writes a member toJSON that is not a function like any other', () => {
    expect(build({ order: { toJSON: 5 } })).toContain('"order":{"toJSON":5}');
  });

  it('accepts plain objects of another realm', () => {
    expect(build(runInNewContext('({ order: { Uid: "1" } })') as object)).toContain('"order":{"Uid":"1"}');
  });

  it('keeps action and tenant first even when a member has a name that objects sort to the front', () => {
    expect(build({ b: 1, 0: 'zero' })).toBe(
      '{"action":"ORDER_SETTLED","tenant":{"Uid":"7"},"0":"zero","b":1}',
    );
  });

  it('writes any JSON payload as JSON.stringify does, without a loss', () => {
    fc.assert(
      fc.property(dataArbitrary, fc.option(fc.record({ Id: fc.integer() })), (data, tenant) => {
        const body = build(tenant ? { ...data, tenant } : data);
        expect(body.startsWith(`{"action":"ORDER_SETTLED","tenant":{`)).toBe(true);
        const { action, tenant: written, ...members } = JSON.parse(body) as Record<string, unknown>;
        expect(action).toBe('ORDER_SETTLED');
        expect(written).toEqual({ ...tenant, Uid: '7' });
        expect(JSON.stringify(members)).toBe(JSON.stringify(data));
      }),
    );
  });

  it('names no member twice and no other tenant, for any payload', () => {
    const member = fc.oneof(fc.string(), fc.constantFrom('Uid', 'Id', 'uid', '__proto__', '0', 'tenant'));
    const tenantArbitrary = fc.dictionary(member, fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true });
    fc.assert(
      fc.property(dataArbitrary, tenantArbitrary, (data, tenant) => {
        const body = build({ ...data, tenant });
        const written = JSON.parse(body) as { tenant: object };
        // JSON has no -0.
        expect(written.tenant).toEqual(JSON.parse(JSON.stringify({ ...tenant, Uid: '7' })));
        // If two members had one name, JSON.parse would keep only one of them, and the text would be shorter.
        expect(JSON.stringify(written)).toHaveLength(body.length);
      }),
    );
  });

  it('builds no body over the limit, and refuses none within it', () => {
    const frame = Buffer.byteLength(build({ text: '' }));
    const pattern = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pattern, fc.integer({ min: -8, max: 8 }), (text, over) => {
        const bytes = Buffer.byteLength(JSON.stringify(text)) - 2;
        const capacity = MAX_BODY_BYTES + over - frame;
        const data = { text: text.repeat(Math.floor(capacity / bytes)) + 'x'.repeat(capacity % bytes) };
        if (over > 0) expect(() => build(data)).toThrow(PayloadTooLargeError);
        else expect(Buffer.byteLength(build(data))).toBe(MAX_BODY_BYTES + over);
      }),
      { numRuns: 50 },
    );
  });

  it('writes a value of any kind unharmed or refuses the payload', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-z]{1,5}$/),
          fc.anything({
            withBigInt: true,
            withDate: true,
            withMap: true,
            withSet: true,
            withTypedArray: true,
          }),
        ),
        ({ tenant: _tenant, ...data }) => {
          let body: string;
          try {
            body = build(data);
          } catch (error) {
            expect(error).toBeInstanceOf(PayloadInvalidError);
            return;
          }
          const written = JSON.parse(body) as Record<string, unknown>;
          for (const [key, value] of Object.entries(data)) expectUnharmed(value, written[key]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('accepts dates and objects with toJSON', () => {
    class Money {
      constructor(private readonly cents: number) {}
      toJSON(): string {
        return (this.cents / 100).toFixed(2);
      }
    }
    expect(build({ at: new Date(0), total: new Money(1999), list: [new Money(5)] })).toBe(
      '{"action":"ORDER_SETTLED","tenant":{"Uid":"7"},"at":"1970-01-01T00:00:00.000Z","total":"19.99","list":["0.05"]}',
    );
    expect(build({ toJSON: () => ({ order: { Uid: '1' } }) })).toContain('"order":{"Uid":"1"}');
    expect(build(Object.assign(Object.create(null) as object, { a: 1 }))).toContain('"a":1');
  });

  it('leaves members out that are undefined, as JSON does', () => {
    expect(build({ a: undefined, b: [null, 1] })).toBe(
      '{"action":"ORDER_SETTLED","tenant":{"Uid":"7"},"b":[null,1]}',
    );
  });

  it('refuses an element of an array that is undefined or a hole, which JSON would write as null', () => {
    const error = refusal({ order: { lines: [1, undefined] } });
    expect(error.path).toBe('order.lines.1');
    expect(error.message).toMatch(/undefined.*null/);

    expect(refusal({ list: [, 1] }).path).toBe('list.0');
  });

  it.each([
    null,
    undefined,
    'text',
    7,
    true,
    [1],
    new Map(),
    new (class Order {})(),
    () => 1,
    Symbol('s'),
    1n,
  ])('refuses %p as a payload, and says what a payload is', (data) => {
    const error = refusal(data);
    expect([error.path, error.message]).toEqual(['', expect.stringContaining('must be a plain object')]);
  });

  it.each<[string, unknown, RegExp]>([
    ['a BigInt', 1n, /BigInt/],
    ['NaN', Number.NaN, /NaN/],
    ['Infinity', Number.POSITIVE_INFINITY, /Infinity/],
    ['a function', () => 1, /function/],
    ['a symbol', Symbol('s'), /symbol/],
    ['a Map', new Map([[1, 2]]), /Map/],
    ['a Set', new Set([1]), /Set/],
    ['a forgotten Promise', Promise.resolve(1), /Promise/],
    ['a RegExp', /x/, /RegExp/],
    ['an Error', new Error('x'), /Error/],
    ['typed bytes', new Uint8Array(1), /Uint8Array/],
    ['an instance of a class', new (class Order {})(), /Order/],
    ['an invalid Date', new Date(Number.NaN), /Date/],
    ['a toJSON that returns nothing', { toJSON: () => undefined }, /toJSON/],
    ['a toJSON that returns a BigInt', { toJSON: () => 1n }, /BigInt/],
  ])('refuses %s anywhere inside, and says where', (_name, value, message) => {
    const error = refusal({ order: { lines: [{ price: 1 }, { price: value }] } });
    expect(error.path).toBe('order.lines.1.price');
    expect(error.message).toMatch(message);
  });

  it('refuses a cyclic payload, however long the cycle and whatever the size', () => {
    const short: Record<string, unknown> = {};
    short['self'] = short;
    expect(refusal(short)).toMatchObject({ path: 'self', message: expect.stringMatching(/cyclic/) });
    const long: Record<string, unknown> = { text: 'x'.repeat(MAX_BODY_BYTES / 4) };
    long['a'] = { b: { c: { d: [long] } } };
    expect(refusal(long)).toMatchObject({ path: 'a.b.c.d.0', message: expect.stringMatching(/cyclic/) });
  });

  it('names the path at which a cycle inside the payload first closes', () => {
    const order: Record<string, unknown> = { Uid: '700' };
    order['lines'] = [{ order }];
    expect(refusal({ order }).path).toBe('order.lines.0.order');
  });

  it('accepts 32 levels of nesting and refuses 33', () => {
    expect(() => build(nested(MAX_PAYLOAD_DEPTH))).not.toThrow();
    expect(refusal(nested(MAX_PAYLOAD_DEPTH + 1)).message).toMatch(/deeper than 32/);
  });

  it('accepts an object that several members share', () => {
    const shared = { Uid: '1' };
    expect(build({ a: shared, b: [shared, shared] })).toContain(
      '"a":{"Uid":"1"},"b":[{"Uid":"1"},{"Uid":"1"}]',
    );
  });

  it('refuses a member that would hide the action, and a tenant that is no object', () => {
    expect(refusal({ action: 'ORDER_DELETED' }).path).toBe('action');
    for (const tenant of ['7', 7, null, [7], new Date(0)]) expect(refusal({ tenant }).path).toBe('tenant');
  });

  it('names the host as the cause when its own code throws while the payload is read', () => {
    const cause = new Error('from the host');
    const throwing = (): never => {
      throw cause;
    };
    for (const data of [
      { a: { toJSON: throwing } },
      { toJSON: throwing },
      Object.defineProperty({}, 'a', { enumerable: true, get: throwing }),
    ]) {
      expect(() => build(data)).toThrow(expect.objectContaining({ code: 'PAYLOAD_INVALID', cause }));
    }
  });

  it('accepts a body of 256 KiB of UTF-8 and refuses one byte more', () => {
    const overhead = build({ text: '' }).length;
    for (const [unit, bytes] of [
      ['x', 1],
      ['ø', 2],
      ['€', 3],
    ] as const) {
      const units = Math.floor((MAX_BODY_BYTES - overhead) / bytes);
      const rest = MAX_BODY_BYTES - overhead - units * bytes;
      const text = unit.repeat(units) + 'x'.repeat(rest);
      expect(Buffer.byteLength(build({ text }))).toBe(MAX_BODY_BYTES);
      expect(() => build({ text: `${text}x` })).toThrow(PayloadTooLargeError);
    }
  });

  it('refuses at once a small graph whose text would be astronomically long', () => {
    let graph: unknown[] = ['x'];
    for (let level = 0; level < 30; level++) graph = [graph, graph];
    expect(() => build({ graph })).toThrow(PayloadTooLargeError);
    expect(refusal({ sparse: new Array(2 ** 31) }).path).toBe('sparse.0');
  });
});

/** Compares what was written with what was given; only what JSON itself leaves out may be missing. */
function expectUnharmed(given: unknown, written: unknown): void {
  if (given === undefined) return expect(written).toBeUndefined();
  if (given instanceof Date) return expect(written).toBe(given.toISOString());
  if (Array.isArray(given)) {
    expect(written).toHaveLength(given.length);
    return given.forEach((element, index) => expectUnharmed(element, (written as unknown[])[index]));
  }
  if (typeof given === 'object' && given !== null) {
    if ('toJSON' in given) return;
    return Object.entries(given).forEach(([key, value]) =>
      expectUnharmed(value, (written as Record<string, unknown>)[key]),
    );
  }
  // JSON knows no negative zero.
  expect(written).toBe(Object.is(given, -0) ? 0 : given);
}
