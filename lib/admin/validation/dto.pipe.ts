import { ValidationPipe, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { validationFailed } from '../api-error.js';
import { plainInput } from './plain-input.js';

/** Limits the size of the response, whatever the number and length of the wrong names in a request. */
const MAX_MESSAGES = 20;
const MAX_MESSAGE_LENGTH = 300;
/** The rules of class-validator for the type of a value. */
const TYPE_RULES = ['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject'];

/**
 * The module's own validation of a body or a query string, by the rules of a DTO class: unknown members are rejected, and
 * the error has the admin API's body. The pipe is bound to the parameter itself, whose declared type is `Input<…>`, so that
 * a host's global ValidationPipe neither strips nor converts anything before it.
 */
export class DtoPipe<Dto extends object> implements PipeTransform<unknown, Promise<Dto>> {
  readonly #validation: ValidationPipe;

  constructor(dto: Type<Dto>) {
    this.#validation = new ValidationPipe({
      expectedType: dto,
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      exceptionFactory: (errors) => validationFailed(...messagesOf(errors)),
    });
  }

  /** @throws {ApiError} 400 */
  transform(value: unknown, metadata: ArgumentMetadata): Promise<Dto> {
    return this.#validation.transform(plainInput(value, metadata.type), metadata) as Promise<Dto>;
  }
}

/**
 * The type of a parameter that a `DtoPipe` validates. Because it is an alias, TypeScript emits `Object` in the metadata
 * that a host's global pipes read, so they leave the parameter unchanged.
 */
export type Input<Dto> = Dto & object;

function messagesOf(errors: readonly ValidationError[]): string[] {
  const messages = errors.flatMap((error) => flatten(error, ''));
  const shown = messages.slice(0, MAX_MESSAGES).map((message) => message.slice(0, MAX_MESSAGE_LENGTH));
  return messages.length > MAX_MESSAGES ? [...shown, `and ${messages.length - MAX_MESSAGES} more`] : shown;
}

/** The messages of an error and its nested errors, each with its path: `headers.0.key must be …`. */
function flatten(error: ValidationError, path: string): string[] {
  const own = ownMessages(error).map((message) => path + message);
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${path}${error.property}.`))];
}

/** A missing value, or one of the wrong type, also violates its other rules. Only one message is returned for it. */
function ownMessages({ property, value, constraints = {} }: ValidationError): string[] {
  const unknown = 'whitelistValidation' in constraints;
  if (value === undefined && !unknown && Object.keys(constraints).length > 0)
    return [`${property} is required`];
  const type = TYPE_RULES.find((rule) => rule in constraints);
  return type === undefined ? Object.values(constraints) : [constraints[type]!];
}
