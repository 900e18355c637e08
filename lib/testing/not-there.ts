import { NotInTestsError } from '../errors/testing.errors.js';

/** Members that Nest reads from every provider. All of them are undefined. */
const ASKED_BY_NEST =
  /^(then|onModuleInit|onModuleDestroy|onApplicationBootstrap|onApplicationShutdown|beforeApplicationShutdown)$/;

/**
 * A stand-in for a part of the module that needs the database. It can be injected and stored; calling it, or any member of
 * it, throws.
 *
 * @param part its name in the message
 */
export function notThere(part: string): object {
  return new Proxy(() => undefined, {
    get: (_target, name) =>
      typeof name === 'symbol' || ASKED_BY_NEST.test(name) ? undefined : notThere(`${part}.${name}`),
    apply: () => {
      throw new NotInTestsError(part);
    },
  });
}
