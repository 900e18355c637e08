import { HttpException, Injectable } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { methodNotAllowed } from '../api-error.js';
import { TenantAdminGuard } from '../tenant-admin.guard.js';

type Guarded = Parameters<TenantAdminGuard['assertGranted']>;

/**
 * Decides about requests to paths of the admin API with a method that no route supports. The host's global guards and
 * its access policy come first, as for every other request.
 */
@Injectable()
export class UnsupportedMethods {
  #guarded: ((...args: Guarded) => Promise<unknown>) | undefined;

  constructor(
    private readonly contexts: ExternalContextCreator,
    private readonly guard: TenantAdminGuard,
  ) {}

  /**
   * @param args the request and the response of the platform
   * @returns the error to answer with: 405, or the refusal of a guard
   * @throws whatever else a guard throws
   */
  async refusal(...args: Guarded): Promise<HttpException> {
    // Nest runs the global guards. Ours is called by itself: Nest 11 would look for it by its class, and find that of
    // another instance of the module.
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
    await this.guard.assertGranted(...(args as Guarded));
  }
}
