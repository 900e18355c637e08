import { describe, expect, it } from '@jest/globals';
import type { FactoryProvider } from '@nestjs/common';
import { DuplicateInstanceError, InvalidOptionError } from '../../lib/errors/start-up.errors.js';
import { assertDistinct } from '../../lib/webhooks.instances.js';
import { accessPolicyProvider } from '../../lib/webhooks.extras.js';
import { WebhooksModule, type WebhooksOptionsFactory } from '../../lib/webhooks.module.js';
import { resolveOptions } from '../../lib/webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../lib/webhooks.tokens.js';

describe('the access policy', () => {
  it('is required unless there is no admin API', () => {
    expect(() => WebhooksModule.forRoot({})).toThrow(InvalidOptionError);
    expect(() => WebhooksModule.forRoot({})).toThrow(/"accessPolicy".*controllers: false/s);
    expect(WebhooksModule.forRoot({ controllers: false })).toMatchObject({ controllers: [] });
  });

  it('may be a class that was compiled to a function, or an arrow function', () => {
    function Policy(): void {
      // A constructor of ES5.
    }
    Object.assign(Policy.prototype as object, { check: () => 'granted' });
    const arrow = () => 'granted' as const;
    expect(accessPolicyProvider(Policy as never)).toMatchObject({ useClass: Policy });
    expect(accessPolicyProvider(arrow)).toMatchObject({ useValue: { check: arrow } });
  });
});

describe('the instances of the module', () => {
  it.each([
    [[{ name: undefined }, { name: undefined }], 'no name'],
    [[{ name: 'reports' }, { name: 'reports' }], 'the name "reports"'],
    [
      [
        { name: 'a', path: 'hooks' },
        { name: 'b', path: 'hooks' },
      ],
      'the path "hooks"',
    ],
  ])('%j must differ', (instances, subject) => {
    const check = () => assertDistinct(instances.map((instance) => ({ path: undefined, ...instance })));
    expect(check).toThrow(DuplicateInstanceError);
    expect(check).toThrow(subject);
  });
});

describe('options from a class', () => {
  class Options implements WebhooksOptionsFactory {
    createWebhooksOptions(): never {
      // JavaScript does not check the result.
      return undefined as never;
    }
  }

  it('are those that it creates, and it is a provider itself', async () => {
    const { providers } = WebhooksModule.forRootAsync({ useClass: Options, controllers: false });
    expect(providers).toContainEqual({ provide: Options, useClass: Options });
    const { useFactory } = providers!.find(
      (provider): provider is FactoryProvider =>
        'provide' in provider && provider.provide === WEBHOOKS_OPTIONS,
    )!;
    expect(await useFactory(new Options())).toEqual(resolveOptions({}));
  });
});
