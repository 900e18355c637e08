import type { AccessRequest } from '../portal-access.js';
import type { AdminParams, AdminPaths } from './admin-paths.js';
import { apiErrorOfParser } from './parser-errors.js';
import type { UnsupportedMethods } from './unsupported-methods.js';

interface Request {
  readonly method: string;
  readonly headers: AccessRequest['headers'];
  readonly originalUrl: string;
  params: AdminParams;
}

interface Response {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  status(code: number): { json(body: unknown): unknown };
}

type Next = (error?: unknown) => void;

/** The part of an Express application that the module needs. */
export interface ExpressApp {
  use(handler: (request: Request, response: Response, next: Next) => void): unknown;
  use(handler: (error: unknown, request: Request, response: Response, next: Next) => void): unknown;
}

/**
 * Adds two handlers after all routes of the application: one for requests that no route has handled, one for errors. Both
 * pass on requests and errors that do not concern the admin API.
 */
export function extendExpress(app: ExpressApp, paths: AdminPaths, unsupported: UnsupportedMethods): void {
  app.use((request: Request, response: Response, next: Next) => {
    const path = paths.unsupported(request.method, request.originalUrl);
    if (!path) return next();
    request.params = path.params;
    unsupported.refusal(path, request, response).then((refusal) => {
      if (refusal.getStatus() === 405) response.header('allow', path.allow);
      response.status(refusal.getStatus()).json(refusal.getResponse());
    }, next);
  });
  // Express recognizes an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, next: Next) => {
    const apiError = paths.includes(request.originalUrl) ? apiErrorOfParser(error) : undefined;
    if (apiError) response.status(apiError.getStatus()).json(apiError.getResponse());
    else next(error);
  });
}
