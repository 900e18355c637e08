/** The part of a Stripe event that the app reads. The metadata of a payment says what it is for. */
export interface PaymentEvent {
  readonly type: string;
  readonly data: {
    readonly object: {
      /** In the currency's smallest unit, as all amounts of the app. */
      readonly amount_received: number;
      readonly metadata: {
        readonly tenantUid: string;
        readonly storeUid: string;
        readonly orderUid: string;
        /** Who started the payment. */
        readonly userUid: string;
      };
    };
  };
}
