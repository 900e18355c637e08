// monorepo/apps.ts
import { Controller, Module, Param, Post } from '@nestjs/common';
import { WebhookEmitter } from 'nestjs-tillhook';
import { accessPolicy, DatabaseModule } from '../shop.js';
import { shopWebhooks, type catalog } from './shop-webhooks.js';

@Controller('tenants/:tenantUid/giftcards')
export class GiftCardsController {
  constructor(private readonly webhooks: WebhookEmitter<typeof catalog>) {}

  @Post('redeem')
  redeem(@Param('tenantUid') tenantUid: string) {
    return this.webhooks.emit('GIFT_CARD_REDEEMED', { amount: 2500 }, { tenantUid });
  }
}

/** apps/admin: the admin API, for the tenants' admins. */
@Module({
  imports: [DatabaseModule, shopWebhooks({ accessPolicy, worker: false })],
})
export class AdminAppModule {}

/** apps/tills: emits only. */
@Module({
  imports: [DatabaseModule, shopWebhooks({ worker: false, controllers: false })],
  controllers: [GiftCardsController],
})
export class TillsAppModule {}

/** apps/worker: delivers, and is the one that runs migrations. */
@Module({ imports: [DatabaseModule, shopWebhooks({ controllers: false, runMigrations: true })] })
export class WorkerAppModule {}
