import type { INestApplication } from '@nestjs/common';
import { WebhookPortalLinks } from 'nestjs-tillhook';
import { OperatorToken } from '../account/operator-token.js';
import { ExampleReceivers } from './example-receivers.js';
import { type ExampleStart, ExampleTraffic } from './example-traffic.js';
import { EXAMPLE_TENANT } from './example-transports.js';
import { OWN_RECEIVER } from './receiver-behaviour.js';

const DAY_MINUTES = 1_440;

const FOUND: Readonly<Record<ExampleStart, string>> = {
  made: 'Its endpoints and five days of traffic were generated just now, and an event follows every few seconds.',
  continued:
    'Its endpoints and traffic are those of an earlier start, and an event follows every few seconds.',
  refused:
    'It has data already, so no example traffic is made. For a new example, stop the app and delete the database.',
};

/**
 * The steps that a user may try first, with the names of the portal.
 *
 * @param ownReceiver URL of a receiver that accepts everything
 */
const toTry = (ownReceiver: string): string[] => [
  'Where to look:',
  `  Endpoints, Add endpoint: your own endpoint. ${ownReceiver} accepts everything.`,
  '  Deliveries, status Failed: why Accounting refuses some orders.',
  '  Endpoints, Warehouse: it is paused. Resume it, and what waits is sent.',
  '  Endpoints, Data warehouse: it was disabled after five days of failures. Enable it and recover what it missed.',
];

/**
 * Starts the example traffic, and creates a link that opens the portal of the tenant.
 *
 * The link is printed only here, on the terminal of somebody who tries the app. An application that runs for others sends a
 * link to the person who is to use it, and prints none: logs are read by many.
 *
 * @param url address of the app
 * @returns the lines to print
 */
export async function startExample(app: INestApplication, url: string): Promise<string> {
  const found = await app.get(ExampleTraffic, { strict: false }).start();
  const receivers = app.get(ExampleReceivers, { strict: false });
  const links = app.get(WebhookPortalLinks, { strict: false });
  const { fragment } = await links.create(
    EXAMPLE_TENANT,
    { expiresInMinutes: DAY_MINUTES },
    { actor: 'sample-app' },
  );
  return [
    '',
    `Portal of the tenant "${EXAMPLE_TENANT}". The link works once, within a day:`,
    `  ${url}/v2/portal${fragment}`,
    `  Another link: node scripts/portal-link.mjs ${url}`,
    `  ${FOUND[found]}`,
    ...(found === 'refused' ? [] : ['', ...toTry(receivers.urlOf(OWN_RECEIVER))]),
    '',
    'Console of the operators of all tenants. The token is valid until the app stops:',
    `  ${url}/operators#token=${app.get(OperatorToken, { strict: false }).value}`,
  ].join('\n');
}
