import { ValidationPipe, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { validationFailed } from '../api-error.js';
import { plainInput } from './plain-input.js';

/** No answer grows with the number or the length of the wrong names in a request. */
const MAX_MESSAGES = 20;
const MAX_MESSAGE_LENGTH = 300;
/** The rules of class-validator that are about the type of a value. */
const TYPE_RULES = ['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject'];

/**
 * The module's own validation of a body or a query string, by the rules of a DTO class: unknown members are
 * refused, and the error has the admin API's body. It is bound to the parameter itself, whose type is left open
 * (`Input<…>`), so that a host's global ValidationPipe neither strips nor converts anything before.
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
 * The type of a parameter that a `DtoPipe` validates. Being an alias, it is emitted as `Object` in the metadata
 * that a host's global pipes go by, and they leave the parameter alone.
 */
export type Input<Dto> = Dto & object;

function messagesOf(errors: readonly ValidationError[]): string[] {
  const messages = errors.flatMap((error) => flatten(error, ''));
  const shown = messages.slice(0, MAX_MESSAGES).map((message) => message.slice(0, MAX_MESSAGE_LENGTH));
  return messages.length > MAX_MESSAGES ? [...shown, `and ${messages.length - MAX_MESSAGES} more`] : shown;
}

/** The messages of an error and of those inside it, each with its path: `headers.0.key must be …`. */
function flatten(error: ValidationError, path: string): string[] {
  const own = ownMessages(error).map((message) => path + message);
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${path}${error.property}.`))];
}

/** A value that is missing or of the wrong type breaks its other rules only in form, and has one message. */
function ownMessages({ property, value, constraints = {} }: ValidationError): string[] {
  const unknown = 'whitelistValidation' in constraints;
  if (value === undefined && !unknown && Object.keys(constraints).length > 0)
    return [`${property} is required`];
  const type = TYPE_RULES.find((rule) => rule in constraints);
  return type === undefined ? Object.values(constraints) : [constraints[type]!];
}
