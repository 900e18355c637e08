import { Module } from '@nestjs/common';
import { PosModule } from '../pos.module.js';
import { ExampleFlow } from './example-flow.js';
import { ExampleHistory } from './example-history.js';
import { ExampleReceivers } from './example-receivers.js';
import { ExampleTraffic } from './example-traffic.js';

/** The example traffic that `npm start` shows in the portal. */
@Module({
  imports: [PosModule],
  providers: [ExampleTraffic, ExampleHistory, ExampleReceivers, ExampleFlow],
})
export class ExampleTrafficModule {}
