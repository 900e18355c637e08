// cqrs/order.aggregate.ts
import { AggregateRoot } from '@nestjs/cqrs';

export class OrderSettled {
  constructor(readonly orderUid: string) {}
}

export class OrderAggregate extends AggregateRoot<OrderSettled> {
  constructor(readonly uid: string) {
    super();
  }

  settle(): void {
    this.apply(new OrderSettled(this.uid));
  }
}
