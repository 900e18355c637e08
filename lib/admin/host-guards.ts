import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { WEBHOOKS_GUARDS } from '../webhooks.tokens.js';

/**
 * Runs the guards of the option `guards`, in their order, before the access policy is called. They cannot be decorators of
 * the controllers, because all instances of the module share the controllers.
 */
@Injectable()
export class HostGuards implements CanActivate {
  constructor(@Inject(WEBHOOKS_GUARDS) private readonly guards: readonly CanActivate[]) {}

  /** @returns false as soon as one guard refuses; Nest then responds with 403. Nest also handles the exception of a guard. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    for (const guard of this.guards) {
      const result = guard.canActivate(context);
      if (!(await (isObservable(result) ? lastValueFrom(result) : result))) return false;
    }
    return true;
  }
}
