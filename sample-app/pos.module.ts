import { Module } from '@nestjs/common';
import { AccountController } from './account/account.controller.js';
import { AccountModule } from './account/account.module.js';
import { AccountService } from './account/account.service.js';
import { CustomersController } from './customers/customers.controller.js';
import { CustomersService } from './customers/customers.service.js';
import { PosTransactions } from './database/pos-transactions.js';
import { EventsController } from './events/events.controller.js';
import { EventsService } from './events/events.service.js';
import { OrderDelivery } from './orders/order-delivery.js';
import { OrderEvents } from './orders/order-events.js';
import { OrderProgressService } from './orders/order-progress.service.js';
import { OrdersController } from './orders/orders.controller.js';
import { OrdersService } from './orders/orders.service.js';
import { PricesController } from './products/prices.controller.js';
import { PricesService } from './products/prices.service.js';
import { ProductMediaController } from './products/product-media.controller.js';
import { ProductMediaService } from './products/product-media.service.js';
import { ProductsController } from './products/products.controller.js';
import { ProductsService } from './products/products.service.js';
import { PurchasesController } from './purchases/purchases.controller.js';
import { PurchasesService } from './purchases/purchases.service.js';
import { ShutdownModule } from './shutdown/shutdown.module.js';
import { StockLedger } from './stock/stock-ledger.js';
import { StockController } from './stock/stock.controller.js';
import { StockService } from './stock/stock.service.js';
import { TillsController } from './tills/tills.controller.js';
import { TillsService } from './tills/tills.service.js';

/** The point of sale: everything a till, a shop and its back office ask of this app. */
@Module({
  imports: [AccountModule, ShutdownModule],
  // In the order in which Express tries them.
  controllers: [
    EventsController,
    AccountController,
    ProductsController,
    PricesController,
    ProductMediaController,
    CustomersController,
    TillsController,
    OrdersController,
    StockController,
    PurchasesController,
  ],
  providers: [
    AccountService,
    PosTransactions,
    ProductsService,
    PricesService,
    ProductMediaService,
    CustomersService,
    TillsService,
    OrdersService,
    OrderProgressService,
    OrderDelivery,
    OrderEvents,
    StockLedger,
    StockService,
    PurchasesService,
    EventsService,
  ],
  exports: [PosTransactions, OrdersService],
})
export class PosModule {}
