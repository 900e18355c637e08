import { HttpException, Injectable, UseGuards } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core';
import { methodNotAllowed, type ApiError } from '../api-error.js';
import { TenantAdminGuard } from '../tenant-admin.guard.js';

/**
 * Decides about requests to paths of the admin API with a method that no route supports. Guards come first, the
 * global ones of the host too, as for every other request: only who may administer the tenant is told the methods.
 */
@Injectable()
@UseGuards(TenantAdminGuard)
export class UnsupportedMethods {
  #guarded: ((...args: unknown[]) => Promise<unknown>) | undefined;

  constructor(private readonly contexts: ExternalContextCreator) {}

  /**
   * @param args the request and the response of the platform
   * @returns the error to answer with: 405, or the refusal of a guard
   * @throws whatever else a guard throws
   */
  async refusal(...args: [request: object, response: object]): Promise<HttpException> {
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
      return (await this.#guarded(...args)) as ApiError;
    } catch (error) {
      if (error instanceof HttpException) return error;
      throw error;
    }
  }

  /** What the guards stand before. */
  refuse(): ApiError {
    return methodNotAllowed();
  }
}
