import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { WEBHOOKS_GUARDS } from '../webhooks.tokens.js';

/**
 * Runs the guards that the host gave as `guards`, in their order, before the access policy is asked. They cannot
 * be decorators of the controllers: those are shared by all instances of the module.
 */
@Injectable()
export class HostGuards implements CanActivate {
  constructor(@Inject(WEBHOOKS_GUARDS) private readonly guards: readonly CanActivate[]) {}

  /** @returns false as soon as one guard refuses; Nest then answers 403. An exception of a guard becomes its own answer. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    for (const guard of this.guards) {
      const result = guard.canActivate(context);
      if (!(await (isObservable(result) ? lastValueFrom(result) : result))) return false;
    }
    return true;
  }
}
