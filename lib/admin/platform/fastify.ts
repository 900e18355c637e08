import type { AccessRequest } from '../portal-access.js';
import type { AdminParams, AdminPaths } from './admin-paths.js';
import { apiErrorOfParser } from './parser-errors.js';
import type { UnsupportedMethods } from './unsupported-methods.js';

interface Request {
  readonly method: string;
  readonly headers: AccessRequest['headers'];
  readonly url: string;
  readonly is404: boolean;
  params: AdminParams;
}

interface Reply {
  getHeader(name: string): unknown;
  header(name: string, value: string): Reply;
  status(code: number): Reply;
  send(body: unknown): Reply;
}

interface RouteOptions {
  readonly url: string;
  errorHandler?: (error: unknown, request: Request, reply: Reply) => void;
}

/** The part of a Fastify instance that the module needs. */
export interface FastifyApp {
  addHook(name: 'onRoute', hook: (options: RouteOptions) => void): unknown;
  addHook(name: 'onRequest', hook: (request: Request, reply: Reply) => Promise<unknown>): unknown;
}

/**
 * Gives the routes of the admin API their own error handler. Call this before routes are registered.
 *
 * @param paths called when a route is registered
 */
export function respondToParserErrors(app: FastifyApp, paths: () => AdminPaths): void {
  app.addHook('onRoute', (options) => {
    if (options.errorHandler || !paths().includes(options.url)) return;
    options.errorHandler = (error, _request, reply) => {
      const apiError = apiErrorOfParser(error);
      // If a route's error handler throws, Fastify calls the application's error handler.
      if (!apiError) throw error;
      reply.status(apiError.getStatus()).send(apiError.getResponse());
    };
  });
}

/** Responds to requests to the admin API for which there is no route. Other requests pass. */
export function respondToUnsupportedMethods(
  app: FastifyApp,
  paths: AdminPaths,
  unsupported: UnsupportedMethods,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.is404 ? paths.unsupported(request.method, request.url) : undefined;
    if (!path) return undefined;
    request.params = path.params;
    const refusal = await unsupported.refusal(path, request, reply);
    if (refusal.getStatus() === 405) reply.header('allow', path.allow);
    return reply.status(refusal.getStatus()).send(refusal.getResponse());
  });
}
