import { Type } from 'class-transformer';
import { IsInt, IsObject, IsString, Matches, Max, Min, ValidateIf, ValidateNested } from 'class-validator';
import { UID } from '../input/uid-pattern.js';

/** The one type of event that the app processes. */
export const PAYMENT_SUCCEEDED = 'payment_intent.succeeded';

const MOST_MONEY = 10_000_000;

/** Other applications may take payments through the same account. Theirs lack the uid of an order and are not validated. */
const IfOfThisApp = (): PropertyDecorator =>
  ValidateIf((metadata: PaymentMetadata) => metadata.orderUid !== undefined);

/** The order that a payment is for, and the user. The app writes this metadata when it starts the payment. */
export class PaymentMetadata {
  @IfOfThisApp()
  @Matches(UID)
  tenantUid!: string;

  @IfOfThisApp()
  @Matches(UID)
  storeUid!: string;

  @IfOfThisApp()
  @Matches(UID)
  orderUid?: string;

  /** Who started the payment. */
  @IfOfThisApp()
  @Matches(UID)
  userUid!: string;
}

class PaymentIntent {
  /** In the currency's smallest unit, as all amounts of the app. */
  @IsInt()
  @Min(1)
  @Max(MOST_MONEY)
  amount_received!: number;

  @IsObject()
  @ValidateNested()
  @Type(() => PaymentMetadata)
  metadata!: PaymentMetadata;
}

class PaymentEventData {
  @IsObject()
  @ValidateNested()
  @Type(() => PaymentIntent)
  object!: PaymentIntent;
}

/** The part of a Stripe event that the app reads. `data` is validated only in events about a payment that succeeded. */
export class PaymentEvent {
  @IsString()
  type!: string;

  @ValidateIf((event: PaymentEvent) => event.type === PAYMENT_SUCCEEDED)
  @IsObject()
  @ValidateNested()
  @Type(() => PaymentEventData)
  data!: PaymentEventData;
}
