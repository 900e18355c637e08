// monorepo/shop-webhooks.ts
import type { DynamicModule } from '@nestjs/common';
import {
  defineAction,
  extendCatalog,
  posCatalog,
  WebhooksModule,
  type WebhooksModuleExtras,
  type WebhooksOptions,
} from 'nestjs-tillhook';
import { egress } from '../shop.js';

export const catalog = extendCatalog(posCatalog, {
  GIFT_CARD_REDEEMED: defineAction<{ amount: number }>({
    description: 'A gift card was redeemed.',
    example: { amount: 2500 },
  }),
});

/** What all applications have in common: the catalog, the database's environment, the rules for receivers. */
const COMMON: WebhooksOptions = { catalog, egress, environment: process.env.APP_ENVIRONMENT };

/** The module of one application, which only says which parts it mounts. */
export const shopWebhooks = (extras: WebhooksModuleExtras & WebhooksOptions): DynamicModule =>
  WebhooksModule.forRoot({ isGlobal: true, ...COMMON, ...extras });
