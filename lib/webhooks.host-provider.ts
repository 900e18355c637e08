import type { InjectionToken, Provider, Type } from '@nestjs/common';
import { InvalidOptionError } from './errors/start-up.errors.js';
import type { HostProvider } from './webhooks.extras.js';

const PROVIDER_FORMS = ['useClass', 'useExisting', 'useValue', 'useFactory'];

/**
 * Creates the Nest provider for a value of the host: a class, a provider without a token, an instance, or, if only one
 * method is needed, a function.
 *
 * @param option its name, for the message
 * @param method the method that it must have
 * @throws {InvalidOptionError} if the value is none of these
 */
export function providerOf<T>(
  token: InjectionToken,
  option: string,
  method: string,
  given: HostProvider<T>,
): Provider {
  if (typeof given === 'function') {
    return isClass(given, method)
      ? { provide: token, useClass: given as Type<T> }
      : { provide: token, useValue: { [method]: given } };
  }
  if (typeof given === 'object' && given !== null) {
    if (PROVIDER_FORMS.some((form) => form in given)) return { provide: token, ...given } as Provider;
    const member: unknown = (given as Record<string, unknown>)[method];
    if (typeof member === 'function') return { provide: token, useValue: given };
  }
  throw new InvalidOptionError(
    option,
    given,
    `give a class with a method ${method}(), an instance of one, the function itself, or { useClass | useExisting | useValue | useFactory }.`,
  );
}

/** A class may define the method as a property, so checking its prototype is not enough. */
const isClass = (given: object, method: string): boolean =>
  Function.prototype.toString.call(given).startsWith('class') ||
  typeof (given as { prototype?: Record<string, unknown> }).prototype?.[method] === 'function';
