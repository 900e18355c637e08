import { WebhooksError } from './webhooks-error.js';

/** The signed bytes of the body are no longer available, so the signature cannot be verified. */
export class RawBodyMissingError extends WebhooksError {
  /** @param contentType the header of the request; undefined: it has none */
  constructor(readonly contentType: string | undefined) {
    super(
      'RAW_BODY_MISSING',
      `The raw body of a request of type ${JSON.stringify(contentType ?? 'none')} is missing, so its signature cannot be verified. ` +
        'Create the app with NestFactory.create(AppModule, { rawBody: true }) (Fastify: as the third argument). For a type other ' +
        'than JSON and forms, also register a parser: app.useBodyParser("raw", { type: "…" }) on Express, ' +
        'app.useBodyParser("…") on Fastify.',
    );
  }
}
