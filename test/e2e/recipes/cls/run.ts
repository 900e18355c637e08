import 'reflect-metadata';
import { WebhookEmitter } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { RecipeApp } from '../../../support/recipe-app.js';
import { Order } from '../shop.js';
import { AppModule, OrdersService } from './app.module.js';

// A process of its own, see cls.spec.ts. Prints the result of the recipe.
const app = await RecipeApp.start(AppModule, { file: process.env.DATABASE_FILE! });
const receiver = await app.subscribe('7');
const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const { manager } = app.get(DataSource);
const outcomes = [
  await outcome(app.get(OrdersService).settle('7', '700')),
  await outcome(app.get(OrdersService).settle('7', 'refused')),
  await outcome(
    app.get(WebhookEmitter).emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: '7', manager }),
  ),
  await outcome(app.get(WebhookEmitter).emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: '7' })),
];
const orders = (await manager.find(Order)).map(({ uid }) => uid);
const arrived = await app.arrived(receiver);
await app.close();
console.log(JSON.stringify({ outcomes, orders, arrived }));
