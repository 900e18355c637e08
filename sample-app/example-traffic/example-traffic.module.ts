import { Module } from '@nestjs/common';
import { PosModule } from '../pos.module.js';
import { ExampleFlow } from './example-flow.js';
import { ExampleHistory } from './example-history.js';
import { ExampleReceivers } from './example-receivers.js';
import { ExampleTraffic } from './example-traffic.js';
import { OperatorPageController } from './operator-page.controller.js';

/** The example traffic that `npm start` shows in the portal, and a page with the operator console. */
@Module({
  imports: [PosModule],
  controllers: [OperatorPageController],
  providers: [ExampleTraffic, ExampleHistory, ExampleReceivers, ExampleFlow],
})
export class ExampleTrafficModule {}
