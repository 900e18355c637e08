import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isActor, MAX_ACTOR } from '../../domain/audit.js';

/** Callers by their request, as the access policy named them. */
const ACTORS = new WeakMap<object, string>();
const CONTROL_OR_UNPAIRED = /[\p{Cc}\p{Cs}]/gu;

/**
 * Notes who makes a request. The policy is the host's code, so a name that cannot be stored is corrected or ignored, and the
 * request is not refused.
 *
 * @param actor as the access policy returned it
 */
export function noteActor(request: object, actor: unknown): void {
  if (typeof actor !== 'string') return;
  // The cut may halve a surrogate pair.
  const text = actor.slice(0, MAX_ACTOR).replaceAll(CONTROL_OR_UNPAIRED, '');
  if (isActor(text)) ACTORS.set(request, text);
}

/** Who makes the request, for the audit; null: the access policy does not say. */
export const RequestActor = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string | null =>
    ACTORS.get(context.switchToHttp().getRequest<object>()) ?? null,
);
