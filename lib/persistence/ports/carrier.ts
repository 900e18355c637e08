/** A message to all processes that listen to a channel. Its payload is shorter than 8,000 bytes. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

export interface ListenOptions {
  readonly channels: readonly string[];
  readonly onNotification: (notification: Notification) => void;
  /** Called if the connection ends by itself after it was open. */
  readonly onEnd: () => void;
}

/** A connection that listens. */
export interface Subscription {
  /** Ends the subscription. Never throws. */
  close(): Promise<void>;
}

/** Carries notifications from process to process; any of them may be lost. */
export interface Carrier {
  /** Name of the carrier in log messages. */
  readonly name: string;
  /** Whether `WorkCheckStore.check` can send a notification that this carrier delivers. */
  readonly notifiesWithWorkCheck: boolean;

  /** @throws the driver's error: the notifications are lost */
  send(notifications: readonly Notification[]): Promise<void>;

  /** @throws the driver's error */
  listen(options: ListenOptions): Promise<Subscription>;

  /** Closes the connection that it opened to send. Never throws. */
  close(): Promise<void>;
}
