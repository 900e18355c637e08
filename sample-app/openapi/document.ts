import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeWebhooks } from 'nestjs-tillhook';
import { ACCESS_TOKEN_SCHEME, DEVICE_TOKEN_SCHEME } from './security-schemes.js';

const DESCRIPTION = new DocumentBuilder()
  .setTitle('Sample POS with nestjs-tillhook')
  .setDescription(
    'Sign in with POST /v2/account (device token demo-device, admin/admin), and authorize with its accessToken.',
  )
  .addBearerAuth(
    {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'The access token that signing in returns; valid for 12 hours.',
    },
    ACCESS_TOKEN_SCHEME,
  )
  // `addBearerAuth` would add that it is a JWT.
  .addSecurity(DEVICE_TOKEN_SCHEME, {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a device, e.g. `demo-device`: for signing in only.',
  })
  .build();

/** Makes the OpenAPI document of the app: its own routes and the module's, under one security scheme. */
export const documentOf = (app: INestApplication): OpenAPIObject =>
  describeWebhooks(SwaggerModule.createDocument(app, DESCRIPTION), { securityScheme: ACCESS_TOKEN_SCHEME });
