import { NotInTestsError } from '../errors/not-in-tests.error.js';

/** What Nest asks of every provider: none of it is there. */
const ASKED_BY_NEST =
  /^(then|onModuleInit|onModuleDestroy|onApplicationBootstrap|onApplicationShutdown|beforeApplicationShutdown)$/;

/**
 * Stands for a part of the module that needs the database. It can be injected and kept; to call it, or anything of it, throws.
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
