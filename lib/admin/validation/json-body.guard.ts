import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { unsupportedMediaType } from '../api-error.js';

interface Headers {
  readonly 'content-length'?: string;
  readonly 'content-type'?: string;
  readonly 'transfer-encoding'?: string;
}

/**
 * Lets a request pass only if it has no body or a JSON body. The host decides which bodies are parsed, and the parsers of
 * both platforms also convert forms to objects.
 */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  /** @throws {ApiError} 415 */
  canActivate(context: ExecutionContext): true {
    const { headers } = context.switchToHttp().getRequest<{ headers: Headers }>();
    if (hasBody(headers) && !isJson(headers['content-type'])) throw unsupportedMediaType();
    return true;
  }
}

const hasBody = (headers: Headers): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const isJson = (contentType = ''): boolean =>
  contentType.split(';', 1)[0]!.trim().toLowerCase() === 'application/json';
