import { Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { WebhookNotVerifiedError, WebhookVerificationError } from '../errors/receiver.errors.js';
import { rawBodyOf, type HttpRequest } from './raw-body.js';
import type {
  ResolvedVerification,
  UnverifiedWebhook,
  WebhookSecretsProvider,
} from './verified-webhook.options.js';
import { rememberVerified } from './verified-requests.js';

/** Metadata key of a handler's or controller's `ResolvedVerification`. */
export const VERIFICATION = 'nestjs-tillhook:receiver:verification';

/** Accepts only requests with a valid signature; `@VerifiedWebhook` applies it. */
@Injectable()
export class VerifiedWebhookGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws {UnauthorizedException} with the code of the `WebhookVerificationError` in its body, and that error as its cause */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const verification = this.reflector.getAllAndOverride<ResolvedVerification | undefined>(
      VERIFICATION,
      targets,
    );
    if (!verification) throw new WebhookNotVerifiedError('VerifiedWebhookGuard');
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const body = rawBodyOf(request);
    const { headers } = request;
    const secrets = await this.#secretsOf(verification, { headers, request });
    try {
      rememberVerified(request, { ...verification.verifier.verify({ headers, body }, secrets), body });
    } catch (error) {
      if (error instanceof WebhookVerificationError) throw unauthorized(error);
      throw error;
    }
    return true;
  }

  async #secretsOf(
    { secrets }: ResolvedVerification,
    webhook: UnverifiedWebhook,
  ): Promise<string | readonly string[]> {
    if (typeof secrets === 'function') return secrets(webhook);
    if (!('useExisting' in secrets)) return secrets;
    const provider = this.moduleRef.get<WebhookSecretsProvider>(secrets.useExisting, { strict: false });
    return provider.secretsOf(webhook);
  }
}

const unauthorized = (error: WebhookVerificationError): UnauthorizedException =>
  new UnauthorizedException(
    { statusCode: 401, error: 'Unauthorized', code: error.code, message: error.message },
    { cause: error },
  );
