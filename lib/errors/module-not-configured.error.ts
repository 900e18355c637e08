import { WebhooksError } from './webhooks-error.js';

/** `WebhooksModule` was imported without `forRoot` or `forRootAsync`. Thrown at start-up. */
export class ModuleNotConfiguredError extends WebhooksError {
  constructor() {
    super(
      'MODULE_NOT_CONFIGURED',
      'WebhooksModule was imported without options. Import WebhooksModule.forRoot({ …, isGlobal: true }) once, in the root ' +
        'module, and leave it out of the imports of other modules; or import it in one module of your own that exports ' +
        'WebhooksModule, and import that module.',
    );
  }
}
