import { describe, expect, it } from '@jest/globals';
import type { ModuleRef } from '@nestjs/core';
import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { WebhookNotVerifiedError } from '../../../lib/errors/receiver.errors.js';
import { VerifiedWebhookGuard } from '../../../lib/receiver/verified-webhook.guard.js';

class Receiver {
  receive(): void {
    // A handler without @VerifiedWebhook.
  }
}

describe('VerifiedWebhookGuard', () => {
  it('refuses a request to a handler without @VerifiedWebhook', async () => {
    const guard = new VerifiedWebhookGuard(new Reflector(), {} as ModuleRef);
    const context = new ExecutionContextHost([{}], Receiver, Receiver.prototype.receive);
    await expect(guard.canActivate(context)).rejects.toThrow(WebhookNotVerifiedError);
  });
});
