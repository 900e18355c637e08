import { HttpException, Injectable } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { methodNotAllowed } from '../api-error.js';
import { OperatorGuard } from '../operator.guard.js';
import { TenantAdminGuard } from '../tenant-admin.guard.js';
import type { UnsupportedRequest } from './admin-paths.js';

type Guarded = Parameters<TenantAdminGuard['assertGranted']>;

/**
 * Handles requests to paths of the admin API with a method that no route supports. As for every other request, the host's global
 * guards and its access policy run first. The guards of the option `guards` do not run: only controllers run them (see `HostGuards`).
 */
@Injectable()
export class UnsupportedMethods {
  #guarded: ((...args: Guarded) => Promise<unknown>) | undefined;
  /** Requests to operator routes. */
  readonly #ofOperators = new WeakSet<object>();

  constructor(
    private readonly contexts: ExternalContextCreator,
    private readonly guard: TenantAdminGuard,
    private readonly operators: OperatorGuard,
  ) {}

  /**
   * @param path the path of the request
   * @param args the request and the response of the platform
   * @returns the error to respond with: 405, or the refusal of a guard
   * @throws any other error that a guard throws
   */
  async refusal(path: Pick<UnsupportedRequest, 'isOperator'>, ...args: Guarded): Promise<HttpException> {
    // Nest runs the global guards. The module's own guard is called directly: Nest 11 would look it up by its class, and
    // find the one of another instance of the module.
    this.#guarded ??= this.contexts.create(
      this,
      this.refuse,
      'refuse',
      undefined,
      undefined,
      undefined,
      undefined,
      { guards: true, interceptors: false, filters: false },
      'http',
    );
    if (path.isOperator) this.#ofOperators.add(args[0]);
    try {
      await this.#guarded(...args);
      return methodNotAllowed();
    } catch (error) {
      if (error instanceof HttpException) return error;
      throw error;
    }
  }

  /** @throws {ApiError} 401 or 403 */
  async refuse(...args: unknown[]): Promise<void> {
    const [request, response] = args as Guarded;
    const guard = this.#ofOperators.has(request) ? this.operators : this.guard;
    await guard.assertGranted(request, response);
  }
}
